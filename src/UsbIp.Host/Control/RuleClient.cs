namespace UsbIp.Host.Control;

/// <summary>The requests about aliases and rules, asked of the running daemon.</summary>
internal sealed class RuleClient(ControlClient daemon)
{
    private static readonly RuleJson Json = RuleJson.Default;

    public ConfigurationView Read() => daemon.Call(ControlOpcode.ReadConfiguration, new NothingBody(), Json.NothingBody, Json.ConfigurationView);

    public ConfigurationView Reload() => daemon.Call(ControlOpcode.Reload, new NothingBody(), Json.NothingBody, Json.ConfigurationView);

    public ConfigurationView SetAlias(SetAliasRequest request) => daemon.Call(ControlOpcode.SetAlias, request, Json.SetAliasRequest, Json.ConfigurationView);

    public ConfigurationView RemoveAlias(RemoveAliasRequest request) =>
        daemon.Call(ControlOpcode.RemoveAlias, request, Json.RemoveAliasRequest, Json.ConfigurationView);

    public ConfigurationView AddRule(RuleView rule) => daemon.Call(ControlOpcode.AddRule, rule, Json.RuleView, Json.ConfigurationView);

    public ConfigurationView RemoveRule(RemoveRuleRequest request) =>
        daemon.Call(ControlOpcode.RemoveRule, request, Json.RemoveRuleRequest, Json.ConfigurationView);

    public RuleCheckListView Check(CheckRuleRequest request) => daemon.Call(ControlOpcode.CheckRule, request, Json.CheckRuleRequest, Json.RuleCheckListView);
}
