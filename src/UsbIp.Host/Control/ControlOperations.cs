using UsbIp.Devices;
using UsbIp.Devices.Virtual;
using UsbIp.Devices.Virtual.BuiltIn;
using UsbIp.Host.Rules;
using UsbIp.Host.Server;
using UsbIp.Host.Server.Events;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Control;

/// <summary>What the daemon does when it is asked to over the control socket. Safe for use by several threads.</summary>
internal sealed partial class ControlOperations(
    DeviceRegistry registry, VirtualUsbBackend virtualDevices, ExportCheck check, RuleOperations rules, DaemonStatus daemon)
{
    /// <summary>Hears of what happens to the devices from now on; the caller disposes it.</summary>
    public EventWatcher Watch() => registry.Events.Watch();

    /// <summary>What is done with aliases and rules.</summary>
    public RuleOperations Rules => rules;

    public HostStatus Status() => new()
    {
        Daemon = daemon with { Configuration = rules.Status },
        Devices = [.. check.Look(registry.List()).Select(DeviceStatus.From)],
    };

    /// <exception cref="UsbException">There is no such device, or it cannot be exported.</exception>
    /// <exception cref="CommandException">The text is no selector, or selects several devices.</exception>
    public DeviceReply Export(ExportRequest request)
    {
        var selector = DeviceChoice.Parse(request.BusId);
        var devices = registry.List();
        if (request.Keep && selector.BusId is null && DeviceChoice.FindOrNull(devices, selector) is null)
        {
            return new DeviceReply(true, null, rules.Keep(selector, request.Force, PolicyOf(request.Sharing, new ExportPolicy())).ToString()); // for when it is plugged in
        }

        var device = DeviceChoice.Find(devices, selector);
        rules.CheckExport(device.Info, selector);
        if (device is { Exported: true, Holder: not null } && !request.Force && !request.Keep)
        {
            Share(device, request);
            return new DeviceReply(false, DeviceStatus.From(device));
        }

        if (!device.Info.IsHub)
        {
            check.Run(device.Info);
        }

        registry.Export(device.Info.BusId, request.Force);
        var rule = request.Keep ? Keep(device, selector, request) : null;
        if (rule is null)
        {
            Share(device, request);
        }

        return new DeviceReply(!device.Exported, DeviceStatus.From(device) with { Exported = true }, rule);
    }

    /// <exception cref="UsbException">There is no such device, or a client holds it and that was not to be overridden.</exception>
    /// <exception cref="CommandException">The text is no selector, or selects several devices.</exception>
    public DeviceReply Unexport(UnexportRequest request)
    {
        var selector = DeviceChoice.Parse(request.BusId);
        var devices = registry.List();
        var device = DeviceChoice.FindOrNull(devices.Where(one => one.Exported), selector)
            ?? (selector.BusId is null ? DeviceChoice.Find(devices, selector) : DeviceChoice.FindOrNull(devices, selector));
        if (device is { Exported: false })
        {
            return new DeviceReply(false, DeviceStatus.From(device));
        }

        registry.Unexport(device?.Info.BusId ?? selector.BusId!.Value, request.Force); // also for a device that was unplugged since it was exported
        if (device is null)
        {
            return new DeviceReply(true, null);
        }

        var standing = rules.Rules.ForExport(rules.Rules.TraitsOf(device.Info));
        return new DeviceReply(true, DeviceStatus.From(device) with { Exported = false, Holder = null }, standing.IsAllowed ? standing.Reason : null);
    }

    /// <exception cref="UsbException">The keyboard cannot type that, or nobody would see it.</exception>
    /// <exception cref="CommandException">There is no such keyboard, or several and none was named.</exception>
    public TypeReply Type(TypeRequest request)
    {
        var wanted = request.BusId is { } text ? DeviceChoice.Parse(text) : null;
        var keyboards = registry.List()
            .Where(device => wanted is null || wanted.Matches(DeviceTraitsOf.Device(device.Info, device.Aliases)))
            .Select(device => device.Info)
            .Select(info => (info.BusId, Keyboard: virtualDevices.Device(info.BusId) as VirtualKeyboard))
            .Where(one => one.Keyboard is not null)
            .ToArray();
        switch (keyboards)
        {
            case [var (busId, keyboard)]:
                keyboard!.Type(request.Text);
                return new TypeReply(busId.ToString());
            case []:
                throw new CommandException(
                    ExitCode.NotFound,
                    wanted is null ? "This daemon has no virtual keyboard." : $"There is no virtual keyboard {wanted}.",
                    "usbip-host serve --virtual keyboard");
            default:
                throw new CommandException(
                    ExitCode.Usage,
                    $"This daemon has {keyboards.Length} virtual keyboards.",
                    $"--device with one of {string.Join(", ", keyboards.Select(one => one.BusId))}");
        }
    }

    /// <summary>Makes a rule of an export. If that cannot be done, neither is the export.</summary>
    private string Keep(RegisteredDevice device, DeviceSelector selector, ExportRequest request)
    {
        try
        {
            var rule = rules.Keep(selector, request.Force, PolicyOf(request.Sharing, new ExportPolicy())).ToString();
            registry.LeaveToRules(device.Info.BusId);
            return rule;
        }
        catch (CommandException) when (!device.Exported)
        {
            registry.Unexport(device.Info.BusId, force: true);
            throw;
        }
    }
}
