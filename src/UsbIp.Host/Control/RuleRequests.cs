using System.Text.Json.Serialization.Metadata;

namespace UsbIp.Host.Control;

/// <summary>The requests about aliases and rules, from their record to that of the answer.</summary>
internal static class RuleRequests
{
    /// <summary>Whether the opcode is one of these.</summary>
    public static bool Has(ControlOpcode opcode) => opcode is >= ControlOpcode.ReadConfiguration and <= ControlOpcode.CheckRule;

    /// <exception cref="CommandException">It cannot be done.</exception>
    /// <exception cref="UsbIp.Protocol.ProtocolException">The body is not what the request has.</exception>
    public static IEnumerable<byte[]> Answer(ControlHeader request, ReadOnlySpan<byte> body, RuleOperations rules)
    {
        var json = RuleJson.Default;
        var opcode = request.Opcode;
        return opcode switch
        {
            ControlOpcode.Reload => Reply(request, rules.Reload(), json.ConfigurationView),
            ControlOpcode.SetAlias => Reply(request, rules.SetAlias(ControlRecords.Read(opcode, body, json.SetAliasRequest)), json.ConfigurationView),
            ControlOpcode.RemoveAlias => Reply(request, rules.RemoveAlias(ControlRecords.Read(opcode, body, json.RemoveAliasRequest)), json.ConfigurationView),
            ControlOpcode.AddRule => Reply(request, rules.AddRule(ControlRecords.Read(opcode, body, json.RuleView)), json.ConfigurationView),
            ControlOpcode.RemoveRule => Reply(request, rules.RemoveRule(ControlRecords.Read(opcode, body, json.RemoveRuleRequest)), json.ConfigurationView),
            ControlOpcode.CheckRule => Reply(request, rules.Check(ControlRecords.Read(opcode, body, json.CheckRuleRequest)), json.RuleCheckListView),
            _ => Reply(request, rules.Read(), json.ConfigurationView),
        };
    }

    private static IEnumerable<byte[]> Reply<T>(ControlHeader request, T body, JsonTypeInfo<T> type) =>
        ControlRecords.Write(ControlKind.Reply, request.Opcode, request.Sequence, body, type);
}
