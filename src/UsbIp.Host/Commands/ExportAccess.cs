using UsbIp.Host.Control;
using UsbIp.Host.Rules;
using UsbIp.Host.Service;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Commands;

/// <summary>
/// Has udev give the service, which is not root, the devices that root exports, and take them back when root takes the exports back. Which device that is
/// root sees for itself: what the daemon says must not decide what the daemon may open. What root grants without an export (<see cref="NodeAccess"/>) is
/// another matter, and stays.
/// </summary>
/// <param name="granted">What is granted whether it is exported or not.</param>
/// <param name="kept">For exports that a rule keeps.</param>
/// <param name="untilReboot">For the others, each by its busid; the service's unit empties it at its start, as nothing is exported by hand then.</param>
public sealed class ExportAccess(NodeAccess granted, NodeAccess kept, NodeAccess untilReboot)
{
    public const string KeptPath = "/etc/udev/rules.d/71-usbip-host-kept.rules";
    public const string UntilRebootPath = "/run/udev/rules.d/71-usbip-host-exported.rules";

    private const string Heading = "# Devices that usbip-host exports. Written by root's 'usbip-host export', 'unexport' and 'rule'.";

    /// <summary>The files where udev looks for them.</summary>
    public static ExportAccess Of(NodeAccess granted, Action apply) =>
        new(granted, new NodeAccess(KeptPath, apply, Heading), new NodeAccess(UntilRebootPath, apply, Heading));

    /// <summary>What is granted for exports: busids, and the selectors of rules.</summary>
    public IReadOnlyList<string> List() => [.. kept.List().Union(untilReboot.List())];

    /// <summary>Whether these words were granted for an export.</summary>
    public bool Has(string text) => kept.Has(text) || untilReboot.Has(text);

    /// <summary>
    /// Grants a device for its export: by hand the one that is there now, and not what is plugged in there next; for a rule whatever that selects.
    /// </summary>
    /// <param name="text">What root exports.</param>
    /// <param name="isKept">Whether a rule keeps the export.</param>
    /// <param name="devices">What root sees plugged in.</param>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public ExportGrant Grant(string text, bool isKept, Func<IReadOnlyList<DeviceTraits>> devices)
    {
        if (!DeviceSelector.TryParse(text, out var selector, out _))
        {
            return default;
        }

        if (isKept)
        {
            return GrantRule(selector.BusId is { } busId ? LastingName.Of(busId, devices()) : selector);
        }

        if (devices().Where(selector.Matches).ToArray() is not [var device])
        {
            return default; // an alias, which is the daemon's word and not root's; or nothing that can be exported
        }

        var isCovered = granted.List().Any(words => DeviceSelector.TryParse(words, out var other, out _) && other.Matches(device));
        var name = device.BusId.ToString();
        return new ExportGrant(!isCovered && untilReboot.Grant(name, UdevMatch.Of(device)) ? name : null, IsCovered: true);
    }

    /// <summary>Grants what a rule of root's allows; a busid means the port.</summary>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public ExportGrant GrantRule(string text) => GrantRule(DeviceSelector.TryParse(text, out var selector, out _) ? selector : null);

    /// <summary>Takes back what was granted for something that then failed.</summary>
    public void Undo(ExportGrant grant, bool isKept)
    {
        if (grant.Added is { } added)
        {
            (isKept ? kept : untilReboot).Revoke([added]);
        }
    }

    /// <summary>Takes back a device that is not exported by hand any more.</summary>
    /// <param name="text">How root named it.</param>
    /// <param name="busId">Where the daemon says that it is, or was: that can only take more back.</param>
    /// <param name="devices">What root sees plugged in.</param>
    public void TakeBack(string text, string? busId, Func<IReadOnlyList<DeviceTraits>> devices)
    {
        if (untilReboot.List() is not { Count: > 0 } names)
        {
            return;
        }

        var meant = DeviceSelector.TryParse(text, out var selector, out _) ? devices().Where(selector.Matches).Select(device => device.BusId.ToString()) : [];
        if (names.Intersect([.. meant, text, busId ?? text]).ToArray() is { Length: > 0 } over)
        {
            untilReboot.Revoke(over);
        }
    }

    /// <summary>Takes back all that was granted for exports by hand.</summary>
    public void TakeAllBack() => untilReboot.Revoke(untilReboot.List());

    /// <summary>Takes back what no rule exports any more. False where the daemon says that another one does, so that it stays granted.</summary>
    public bool RuleRemoved(RuleView rule, IReadOnlyList<RuleView> left)
    {
        if (!rule.Allow || !kept.Has(rule.Device))
        {
            return true;
        }

        if (left.Any(other => other.Allow && other.Device == rule.Device))
        {
            return false;
        }

        kept.Revoke([rule.Device]);
        return true;
    }

    /// <summary>Takes back what these words were granted for any export.</summary>
    public void Revoke(string text)
    {
        foreach (var file in new[] { kept, untilReboot }.Where(file => file.Has(text)))
        {
            file.Revoke([text]);
        }
    }

    private ExportGrant GrantRule(DeviceSelector? selector)
    {
        if (selector is null)
        {
            return default;
        }

        if (granted.Has(selector.Text) || kept.Has(selector.Text))
        {
            return new ExportGrant(null, IsCovered: true);
        }

        if (!UdevMatch.Knows(selector))
        {
            return default;
        }

        kept.Grant([selector]);
        return new ExportGrant(selector.Text, IsCovered: true);
    }
}
