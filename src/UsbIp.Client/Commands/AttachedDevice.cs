using System.Globalization;
using UsbIp.Client.Remote;
using UsbIp.Client.Vhci;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;

namespace UsbIp.Client.Commands;

/// <summary>Finds an attached device by its host and by what it is. This machine knows that itself, so the host may be away; only aliases are the host's.</summary>
internal static class AttachedDevice
{
    /// <returns>Its port; null if nothing of that host is selected.</returns>
    /// <exception cref="CommandException">Several devices are.</exception>
    public static VhciPort? Find(ClientSettings settings, HostAddress host, DeviceSelector device)
    {
        var candidates = settings.Driver.ReadPorts().Where(port => !port.IsFree)
            .Select(port => (Port: port, Traits: Traits(settings, host, port)))
            .Where(candidate => candidate.Traits is not null)
            .ToDictionary(candidate => candidate.Port, candidate => candidate.Traits!);
        var selection = device.Among(candidates.Keys, port => candidates[port]);
        return selection.Found.Count < 2
            ? selection.Single
            : throw new CommandException(ExitCode.Usage, selection.Problem!, "the port, as 'usbip-client port' shows it.");
    }

    /// <summary>Whether what a state file tells of is from that host.</summary>
    public static bool IsOf(HostAddress host, AttachmentRecord record) =>
        record.Host == host.Host && record.TcpPort == host.Port.ToString(CultureInfo.InvariantCulture);

    /// <summary>Null if it is another host's, or nobody noted whose.</summary>
    private static DeviceTraits? Traits(ClientSettings settings, HostAddress host, VhciPort port)
    {
        if (settings.Records.Read(port.Number) is not { } record
            || !IsOf(host, record)
            || !BusId.TryParse(record.RemoteBusId, out var busId))
        {
            return null;
        }

        var local = LocalDevice.Find(settings.Sysfs, port.LocalBusId);
        return new DeviceTraits
        {
            BusId = busId,
            VendorId = local?.VendorId ?? 0,
            ProductId = local?.ProductId ?? 0,
            Product = local?.Product,
            SerialNumber = local?.SerialNumber,
            Classes = local?.Classes ?? [],
        };
    }
}
