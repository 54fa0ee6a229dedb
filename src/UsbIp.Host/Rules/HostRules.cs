using System.Net;
using UsbIp.Devices;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Rules;

/// <summary>The aliases and rules of this machine, all of them at one moment. Immutable.</summary>
public sealed record HostRules(IReadOnlyList<DeviceAlias> Aliases, IReadOnlyList<DeviceRule> Rules)
{
    private const byte PerInterface = 0x00;
    private const byte HumanInterface = 0x03;
    private const byte Hub = 0x09;

    /// <summary>No names, and nothing is exported.</summary>
    public static HostRules None { get; } = new([], []);

    /// <summary>Why no rule exports anything by that selector, whatever is plugged in, as a clause; null if one may.</summary>
    public static string? WhyExportsNothing(DeviceSelector selector) => selector.Class switch
    {
        HumanInterface => "an input device has to be named by a busid, port:, serial: or VENDOR:PRODUCT",
        Hub => "a hub is never exported, only the devices behind it are",
        _ => null,
    };

    /// <summary>What selectors see of a device of this machine, its aliases included.</summary>
    public DeviceTraits TraitsOf(UsbDeviceInfo device)
    {
        var traits = DeviceTraitsOf.Device(device, []);
        return Aliases.Count == 0 ? traits : traits with { Aliases = [.. Aliases.Where(alias => alias.Matches(traits)).Select(alias => alias.Name)] };
    }

    /// <summary>Whether the device is exported to anybody when it appears.</summary>
    public RuleDecision ForExport(DeviceTraits device) =>
        Decide(device, isDenying: rule => rule.From.Count == 0, isAllowing: _ => true);

    /// <summary>Whether that client may have the device by what rules say; one of unknown address gets what everybody gets, and is denied what anybody is.</summary>
    public RuleDecision ForClient(DeviceTraits device, IPAddress? client) =>
        Decide(device, rule => client is null || rule.Covers(client), rule => client is null ? rule.From.Count == 0 : rule.Covers(client));

    /// <summary>Whether the device is exported even while this machine uses it.</summary>
    public bool IsForced(DeviceTraits device) => Rules.Any(rule => rule is { IsAllow: true, Force: true } && rule.Selector.Matches(device) && IsNamedBy(device, rule.Selector));

    /// <summary>How the device is shared where rules export it.</summary>
    public ExportPolicy SharingOf(DeviceTraits device) => Rules
        .Where(rule => rule.IsAllow && rule.Selector.Matches(device) && IsNamedBy(device, rule.Selector))
        .Aggregate(new ExportPolicy(), (policy, rule) => policy.And(rule.Sharing));

    /// <summary>Whether rules treat clients of the device differently.</summary>
    public bool IsLimited(UsbDeviceInfo device)
    {
        var traits = TraitsOf(device);
        return Rules.Any(rule => rule.From.Count > 0 && rule.Selector.Matches(traits));
    }

    /// <summary>Whether the device may be exported by that selector: an input device or a hub only by one that means just it.</summary>
    public bool IsNamedBy(DeviceTraits device, DeviceSelector selector) =>
        !IsDelicate(device)
        || selector.BusId is not null
        || IsName(selector)
        || Aliases.Any(alias => selector.Kind == SelectorKind.Name
            && alias.Name == selector.Value
            && alias.Identities.Any(identity => IsName(identity) && identity.Matches(device)));

    /// <summary>Of all that say so the first is named; that there is one decides.</summary>
    private RuleDecision Decide(DeviceTraits device, Func<DeviceRule, bool> isDenying, Func<DeviceRule, bool> isAllowing)
    {
        var decision = new RuleDecision(RuleVerdict.NotMentioned);
        for (var index = 0; index < Rules.Count; index++)
        {
            var rule = Rules[index];
            if (!rule.Selector.Matches(device))
            {
                continue;
            }

            if (!rule.IsAllow && isDenying(rule))
            {
                return new RuleDecision(RuleVerdict.Denied, index + 1, rule);
            }

            if (rule.IsAllow && isAllowing(rule) && !decision.IsAllowed)
            {
                var verdict = IsNamedBy(device, rule.Selector) ? RuleVerdict.Allowed : RuleVerdict.NotNamed;
                decision = decision.Verdict == verdict ? decision : new RuleDecision(verdict, index + 1, rule);
            }
        }

        return decision;
    }

    /// <summary>An input device or a hub, or one that does not let anybody see whether it is.</summary>
    private static bool IsDelicate(DeviceTraits device) =>
        device.Classes.Any(code => code is HumanInterface or Hub) || device.Classes.All(code => code == PerInterface);

    private static bool IsName(DeviceSelector selector) => selector.Kind is SelectorKind.Id or SelectorKind.Serial or SelectorKind.Port;
}
