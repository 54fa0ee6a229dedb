using System.Net;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Rules;

/// <summary>One rule: which devices are exported, or never are, and for which clients. The order of rules means nothing.</summary>
/// <param name="IsAllow">Whether it lets clients have the devices, or keeps them from it. Any deny wins over every allow.</param>
/// <param name="Selector">Which devices.</param>
public sealed record DeviceRule(bool IsAllow, DeviceSelector Selector)
{
    /// <summary>Which clients; empty for all.</summary>
    public IReadOnlyList<AddressRange> From { get; init; } = [];

    /// <summary>Of an allow: also while this machine uses the device itself.</summary>
    public bool Force { get; init; }

    /// <summary>Of an allow: how the devices are shared among clients.</summary>
    public ExportPolicy Sharing { get; init; } = new();

    /// <summary>The alias that it names; null if it names its devices otherwise.</summary>
    public string? Alias => Selector is { Kind: SelectorKind.Name, BusId: null } ? Selector.Value : null;

    /// <summary>Whether the rule is about that client.</summary>
    public bool Covers(IPAddress client) => From.Count == 0 || From.Any(range => range.Contains(client));

    public override string ToString() =>
        $"{(IsAllow ? "allow" : "deny")} \"{Selector}\"{(From.Count > 0 ? $" from {string.Join(", ", From)}" : "")}{(Force ? " force" : "")}{Sharing}";
}
