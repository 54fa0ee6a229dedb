using UsbIp.Client.Vhci;

namespace UsbIp.Client.Commands;

/// <summary>What is attached to this machine: the kernel's ports, with what the state files and sysfs know of each.</summary>
internal static class Attachments
{
    public static IReadOnlyList<AttachmentView> Read(ClientSettings settings) =>
        [.. settings.Driver.ReadPorts().Where(port => !port.IsFree).Select(port => View(settings, port))];

    public static AttachmentView View(ClientSettings settings, VhciPort port)
    {
        var record = settings.Records.Read(port.Number);
        var device = port.State == VhciPortState.Used ? LocalDevice.Find(settings.Sysfs, port.LocalBusId) : null;
        return new AttachmentView(
            port.Number,
            StateName(port.State),
            SpeedNames.Short(port.Speed),
            record is null ? null : FormatHost(record),
            record?.RemoteBusId,
            port.DeviceId.BusNumber,
            port.DeviceId.DeviceNumber,
            device?.BusId,
            device?.VendorId is { } vendor ? $"{vendor:x4}" : null,
            device?.ProductId is { } product ? $"{product:x4}" : null,
            device?.Product,
            device is null ? [] : [.. device.Interfaces.SelectMany(DeviceNodes.Find).Distinct()]);
    }

    private static string StateName(VhciPortState state) => state switch
    {
        VhciPortState.Used => "used",
        VhciPortState.NotAssigned => "enumerating",
        _ => "error",
    };

    private static string FormatHost(AttachmentRecord record) =>
        record.Host.Contains(':', StringComparison.Ordinal) ? $"[{record.Host}]:{record.TcpPort}" : $"{record.Host}:{record.TcpPort}";
}
