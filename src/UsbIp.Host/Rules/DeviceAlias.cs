using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Rules;

/// <summary>A name for a device, and what it can be recognised by: several things for one that changes, such as a board and its bootloader.</summary>
public sealed record DeviceAlias(string Name, IReadOnlyList<DeviceSelector> Identities)
{
    /// <summary>Whether a selector can stand for one device: a class has many, and an alias of an alias is nobody's need.</summary>
    public static bool IsIdentity(DeviceSelector selector) => selector.Kind is not (SelectorKind.Name or SelectorKind.Class);

    public bool Matches(DeviceTraits device) => Identities.Any(identity => identity.Matches(device));

    public override string ToString() => $"{Name}: {string.Join(", ", Identities.Select(identity => $"\"{identity}\""))}";
}
