using UsbIp.Devices;
using UsbIp.Host.Server;

namespace UsbIp.Host.Control;

/// <summary>What the daemon does when it is asked to over the control socket. Safe for use by several threads.</summary>
public sealed class ControlOperations(DeviceRegistry registry, ExportCheck check, DaemonStatus daemon)
{
    public HostStatus Status() => new()
    {
        Daemon = daemon,
        Devices = [.. registry.List().Select(StatusOf)],
    };

    /// <exception cref="UsbException">There is no such device, or it cannot be exported.</exception>
    /// <exception cref="CommandException">The text is no busid.</exception>
    public DeviceReply Export(ExportRequest request)
    {
        var busId = BusIdText.Parse(request.BusId);
        var device = registry.List().FirstOrDefault(one => one.Info.BusId == busId) ?? throw BusIdText.NotFound(busId);
        if (device.Exported)
        {
            return new DeviceReply(false, StatusOf(device));
        }

        if (!device.Info.IsHub)
        {
            check.Run(device.Info);
        }

        registry.Export(busId);
        return new DeviceReply(true, StatusOf(device) with { Exported = true });
    }

    /// <exception cref="UsbException">There is no such device, or a client holds it and that was not to be overridden.</exception>
    /// <exception cref="CommandException">The text is no busid.</exception>
    public DeviceReply Unexport(UnexportRequest request)
    {
        var busId = BusIdText.Parse(request.BusId);
        var device = registry.List().FirstOrDefault(one => one.Info.BusId == busId);
        if (device is { Exported: false })
        {
            return new DeviceReply(false, StatusOf(device));
        }

        registry.Unexport(busId, request.Force); // also for a device that was unplugged since it was exported
        return new DeviceReply(true, device is null ? null : StatusOf(device) with { Exported = false, Holder = null });
    }

    /// <exception cref="CommandException">There is no such keyboard.</exception>
    public static TypeReply Type(TypeRequest request) => throw new CommandException(
        ExitCode.NotFound,
        request.BusId is { } busId ? $"There is no virtual keyboard {busId}." : "This daemon has no virtual keyboard.",
        "usbip-host serve --virtual keyboard");

    private static DeviceStatus StatusOf(RegisteredDevice device) => DeviceStatus.From(
        device.Info,
        device.Exported,
        device.Holder is { } holder ? new HolderStatus(holder.Client, holder.Since) : null);
}
