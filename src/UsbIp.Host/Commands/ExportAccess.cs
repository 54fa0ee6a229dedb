using System.Globalization;
using UsbIp.Host.Control;
using UsbIp.Host.Service;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Commands;

/// <summary>
/// Has udev give the service, which is not root, the devices that root exports, and take them back when root takes the exports back. What root grants
/// without an export (<see cref="NodeAccess"/>) is another matter, and stays.
/// </summary>
/// <param name="granted">What is granted whether it is exported or not.</param>
/// <param name="kept">For exports that a rule keeps.</param>
/// <param name="untilReboot">For the others.</param>
public sealed class ExportAccess(NodeAccess granted, NodeAccess kept, NodeAccess untilReboot)
{
    public const string KeptPath = "/etc/udev/rules.d/71-usbip-host-kept.rules";
    public const string UntilRebootPath = "/run/udev/rules.d/71-usbip-host-exported.rules";

    private const string Heading = "# Devices that usbip-host exports. Written by root's 'usbip-host export', 'unexport' and 'rule'.";

    /// <summary>The files where udev looks for them.</summary>
    public static ExportAccess Of(NodeAccess granted, Action apply) =>
        new(granted, new NodeAccess(KeptPath, apply, Heading), new NodeAccess(UntilRebootPath, apply, Heading));

    /// <summary>The selectors of the exports.</summary>
    public IReadOnlyList<string> List() => [.. kept.List().Union(untilReboot.List())];

    /// <summary>Grants a device for its export. False if it was granted already, or if udev has no words for it: an alias, a class.</summary>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public bool TryGrant(string text) => TryGrant(text, untilReboot);

    /// <summary>Grants what a rule allows, likewise.</summary>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public bool TryKeep(string text) => TryGrant(text, kept);

    /// <summary>Takes back what an export was granted: it failed, or a rule keeps it now.</summary>
    public void Undo(string text) => untilReboot.Revoke([text]);

    /// <summary>Takes back what a rule was granted that was not added.</summary>
    public void UndoKeep(string text) => kept.Revoke([text]);

    /// <summary>Takes a device back that is no longer exported, unless the same words stand for another one that is.</summary>
    /// <param name="text">How it was named.</param>
    /// <param name="device">What it is; null if it was unplugged.</param>
    /// <param name="devices">All that there are.</param>
    public void TakeBack(string text, DeviceStatus? device, IReadOnlyList<DeviceStatus> devices)
    {
        foreach (var file in new[] { kept, untilReboot })
        {
            var over = file.List().Where(selector => IsOver(selector, text, device, devices)).ToArray();
            if (over.Length > 0)
            {
                file.Revoke(over);
            }
        }
    }

    /// <summary>Takes back what no rule exports any more.</summary>
    public void RuleRemoved(RuleView rule, IReadOnlyList<RuleView> left)
    {
        if (rule.Allow && kept.Has(rule.Device) && !left.Any(other => other.Allow && other.Device == rule.Device))
        {
            kept.Revoke([rule.Device]);
        }
    }

    private bool TryGrant(string text, NodeAccess file)
    {
        if (!DeviceSelector.TryParse(text, out var selector, out _) || !UdevMatch.Knows(selector) || granted.Has(text) || file.Has(text))
        {
            return false;
        }

        file.Grant([selector]);
        return true;
    }

    private static bool IsOver(string granted, string text, DeviceStatus? device, IReadOnlyList<DeviceStatus> devices)
    {
        var isMeant = granted == text || (device is not null && Names(granted, device));
        return isMeant && !devices.Any(other => other.Exported && other.BusId != device?.BusId && Names(granted, other));
    }

    private static bool Names(string text, DeviceStatus device) =>
        DeviceSelector.TryParse(text, out var selector, out _) && selector.Matches(TraitsOf(device));

    private static DeviceTraits TraitsOf(DeviceStatus device) => new()
    {
        BusId = BusId.Parse(device.BusId),
        VendorId = ushort.Parse(device.VendorId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
        ProductId = ushort.Parse(device.ProductId, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
        SerialNumber = device.Serial,
        Product = device.Product,
    };
}
