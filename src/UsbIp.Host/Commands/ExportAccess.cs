using System.Globalization;
using UsbIp.Host.Control;
using UsbIp.Host.Rules;
using UsbIp.Host.Service;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Commands;

/// <summary>
/// Has udev give the service, which is not root, the devices that root exports, and take them back when root takes the exports back. Which device that is
/// root sees for itself: what the daemon says must not decide what the daemon may open. What root grants without an export (<see cref="NodeAccess"/>) is
/// another matter, and stays.
/// </summary>
/// <param name="granted">What is granted whether it is exported or not.</param>
/// <param name="kept">For exports that a rule keeps.</param>
/// <param name="untilReboot">For the others; the service's unit empties it at its start, as nothing is exported by hand then.</param>
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

    /// <summary>Whether the service may open what these words select: by them, and not only by others that mean the same.</summary>
    public bool Covers(string selector) => granted.Has(selector) || kept.Has(selector) || untilReboot.Has(selector);

    /// <summary>
    /// Grants a device for its export. A busid means the device that is there now, not what is plugged in there next. Returns what was granted; null if it
    /// was before, or if udev has no words for it: an alias, a class.
    /// </summary>
    /// <param name="text">What root exports.</param>
    /// <param name="isKept">Whether a rule keeps the export.</param>
    /// <param name="devices">What root sees plugged in.</param>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public string? Grant(string text, bool isKept, Func<IReadOnlyList<DeviceTraits>> devices)
    {
        if (!DeviceSelector.TryParse(text, out var selector, out _))
        {
            return null;
        }

        return Grant(selector.BusId is { } busId ? LastingName.Of(busId, devices()) : selector, isKept ? kept : untilReboot);
    }

    /// <summary>Grants what a rule of root's allows, likewise, but a busid means the port.</summary>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public string? GrantRule(string text) => DeviceSelector.TryParse(text, out var selector, out _) ? Grant(selector, kept) : null;

    /// <summary>Takes back what was granted for something that then failed.</summary>
    public void Undo(string grantedText, bool isKept) => (isKept ? kept : untilReboot).Revoke([grantedText]);

    /// <summary>Takes a device back that is not exported by hand any more, unless the same words stand for another one that is.</summary>
    /// <param name="text">How it was named.</param>
    /// <param name="device">What it is; null if it is not plugged in.</param>
    /// <param name="devices">All that there are.</param>
    public void TakeBack(string text, DeviceStatus? device, IReadOnlyList<DeviceStatus> devices)
    {
        var over = untilReboot.List().Where(selector => IsOver(selector, text, device, devices)).ToArray();
        if (over.Length > 0)
        {
            untilReboot.Revoke(over);
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

    /// <summary>Takes back what these words were granted for any export.</summary>
    public void Revoke(string text)
    {
        foreach (var file in new[] { kept, untilReboot }.Where(file => file.Has(text)))
        {
            file.Revoke([text]);
        }
    }

    private string? Grant(DeviceSelector? selector, NodeAccess file)
    {
        if (selector is null || !UdevMatch.Knows(selector) || granted.Has(selector.Text) || file.Has(selector.Text))
        {
            return null;
        }

        file.Grant([selector]);
        return selector.Text;
    }

    private static bool IsOver(string grantedText, string text, DeviceStatus? device, IReadOnlyList<DeviceStatus> devices)
    {
        var isMeant = grantedText == text || (device is not null && Names(grantedText, device));
        return isMeant && !devices.Any(other => other.Exported && other.BusId != device?.BusId && Names(grantedText, other));
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
