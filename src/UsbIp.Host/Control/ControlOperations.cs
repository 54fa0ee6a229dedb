using UsbIp.Devices;
using UsbIp.Devices.Virtual;
using UsbIp.Devices.Virtual.BuiltIn;
using UsbIp.Host.Rules;
using UsbIp.Host.Server;
using UsbIp.Host.Server.Events;

namespace UsbIp.Host.Control;

/// <summary>What the daemon does when it is asked to over the control socket. Safe for use by several threads.</summary>
public sealed partial class ControlOperations(DeviceRegistry registry, VirtualUsbBackend virtualDevices, ExportCheck check, DaemonStatus daemon)
{
    /// <summary>Hears of what happens to the devices from now on; the caller disposes it.</summary>
    public EventWatcher Watch() => registry.Events.Watch();

    public HostStatus Status() => new()
    {
        Daemon = daemon,
        Devices = [.. registry.List().Select(StatusOf)],
    };

    /// <exception cref="UsbException">There is no such device, or it cannot be exported.</exception>
    /// <exception cref="CommandException">The text is no selector, or selects several devices.</exception>
    public DeviceReply Export(ExportRequest request)
    {
        var device = DeviceChoice.Find(registry.List(), DeviceChoice.Parse(request.BusId));
        if (device.Exported && !request.Force)
        {
            return new DeviceReply(false, StatusOf(device));
        }

        if (!device.Info.IsHub)
        {
            check.Run(device.Info);
        }

        registry.Export(device.Info.BusId, request.Force);
        return new DeviceReply(!device.Exported, StatusOf(device) with { Exported = true });
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
            return new DeviceReply(false, StatusOf(device));
        }

        registry.Unexport(device?.Info.BusId ?? selector.BusId!.Value, request.Force); // also for a device that was unplugged since it was exported
        return new DeviceReply(true, device is null ? null : StatusOf(device) with { Exported = false, Holder = null });
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

    private static DeviceStatus StatusOf(RegisteredDevice device) => DeviceStatus.From(
        device.Info,
        device.Exported,
        device.Holder is { } holder ? HolderStatus.From(holder) : null) with
    {
        Waiting = device.Waiting,
    };
}
