namespace UsbIp.Host.Control;

/// <summary>The requests about aliases and rules, asked of the running daemon.</summary>
internal sealed class RuleClient(ControlClient daemon)
{
    private static readonly RuleJson Json = RuleJson.Default;

    public ConfigurationBody Read() => daemon.Call(ControlOpcode.ReadConfiguration, new NothingBody(), Json.NothingBody, Json.ConfigurationBody);

    public ConfigurationBody Reload() => daemon.Call(ControlOpcode.Reload, new NothingBody(), Json.NothingBody, Json.ConfigurationBody);

    public ConfigurationBody SetAlias(SetAliasRequest request) => daemon.Call(ControlOpcode.SetAlias, request, Json.SetAliasRequest, Json.ConfigurationBody);

    public ConfigurationBody RemoveAlias(RemoveAliasRequest request) =>
        daemon.Call(ControlOpcode.RemoveAlias, request, Json.RemoveAliasRequest, Json.ConfigurationBody);

    public ConfigurationBody AddRule(RuleBody rule) => daemon.Call(ControlOpcode.AddRule, rule, Json.RuleBody, Json.ConfigurationBody);

    public ConfigurationBody RemoveRule(RemoveRuleRequest request) =>
        daemon.Call(ControlOpcode.RemoveRule, request, Json.RemoveRuleRequest, Json.ConfigurationBody);

    public CheckRuleReply Check(CheckRuleRequest request) => daemon.Call(ControlOpcode.CheckRule, request, Json.CheckRuleRequest, Json.CheckRuleReply);
}
