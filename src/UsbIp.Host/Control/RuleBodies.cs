using System.Text.Json.Serialization;
using UsbIp.Host.Rules;

namespace UsbIp.Host.Control;

/// <summary>The configuration: which file, what is wrong with it, and what holds. The answer to every request that reads or changes it.</summary>
/// <param name="Path">The file.</param>
/// <param name="Problem">Why the file as it is does not hold; null if it does.</param>
/// <param name="Aliases">What holds.</param>
/// <param name="Rules">What holds, in the order of the file; it means nothing but the numbers.</param>
public sealed record ConfigurationView(string Path, string? Problem, IReadOnlyList<AliasView> Aliases, IReadOnlyList<RuleView> Rules)
{
    internal static ConfigurationView Of(string path, string? problem, HostRules rules) => new(
        path,
        problem,
        [.. rules.Aliases.Select(alias => new AliasView(alias.Name, [.. alias.Identities.Select(identity => identity.Text)]))],
        [.. rules.Rules.Select((rule, index) => new RuleView(
            rule.IsAllow, rule.Selector.Text, [.. rule.From.Select(range => range.ToString())], rule.Force)
        {
            Number = index + 1,
            IdleReleaseSeconds = rule.Sharing.IdleRelease?.TotalSeconds,
            AllowTakeOver = rule.Sharing.MayBeTakenOver,
        })]);
}

/// <summary>An alias, and the selectors of what it stands for.</summary>
public sealed record AliasView(string Name, IReadOnlyList<string> Identities);

/// <summary>A rule; its number is 0 where one is to be added.</summary>
public sealed record RuleView(bool Allow, string Device, IReadOnlyList<string> From, bool Force)
{
    public int Number { get; init; }

    /// <summary>A session that moves nothing for so long is ended; null for never.</summary>
    public double? IdleReleaseSeconds { get; init; }

    /// <summary>Whether a client that asks for it gets the device from the one that holds it.</summary>
    public bool AllowTakeOver { get; init; }
}

/// <summary>Asks that a name stand for these, or for these too.</summary>
public sealed record SetAliasRequest(string Name, IReadOnlyList<string> Identities, bool Add);

/// <summary>Asks that a name be forgotten.</summary>
public sealed record RemoveAliasRequest(string Name);

/// <summary>Asks that a rule be forgotten; it counts only if it still reads as the asker saw it.</summary>
public sealed record RemoveRuleRequest(int Number, RuleView Seen);

/// <summary>Asks what rules say of a device, and of a client.</summary>
public sealed record CheckRuleRequest(string Device, string? From);

/// <summary>What rules say, device by device.</summary>
public sealed record RuleCheckListView(IReadOnlyList<RuleCheckView> Devices);

/// <summary>What rules say of one device.</summary>
/// <param name="Device">The device.</param>
/// <param name="Verdict">notMentioned, notNamed, allowed or denied; notServable where rules have no say, as with a hub.</param>
/// <param name="Rule">The number of the rule that decides; null if none does.</param>
/// <param name="Reason">A clause for people.</param>
public sealed record RuleCheckView(DeviceStatus Device, string Verdict, int? Rule, string Reason)
{
    /// <summary>Somebody has exported it, so that clients may have it until the daemon ends although no rule allows it, if none denies it.</summary>
    public bool ByHand { get; init; }

    /// <summary>What its machine uses it for, so that clients are refused it whatever the rules say; null if for nothing, or if a rule or its export says force.</summary>
    public string? InUse { get; init; }
}

/// <summary>No more than the request itself.</summary>
public sealed record NothingBody;

/// <summary>The JSON of these requests, made at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(ConfigurationView))]
[JsonSerializable(typeof(SetAliasRequest))]
[JsonSerializable(typeof(RemoveAliasRequest))]
[JsonSerializable(typeof(RuleView))]
[JsonSerializable(typeof(RemoveRuleRequest))]
[JsonSerializable(typeof(CheckRuleRequest))]
[JsonSerializable(typeof(RuleCheckListView))]
[JsonSerializable(typeof(NothingBody))]
internal sealed partial class RuleJson : JsonSerializerContext;
