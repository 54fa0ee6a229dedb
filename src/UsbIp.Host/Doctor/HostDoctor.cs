using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Doctor;

/// <summary>
/// Looks for what keeps devices from being served, one check after the other. Looks only: nothing is opened, claimed or changed, so it
/// can be run beside a daemon that serves.
/// </summary>
/// <param name="surroundings">Where to look.</param>
/// <param name="places">Where a daemon's control socket may be.</param>
public sealed class HostDoctor(HostSurroundings surroundings, IReadOnlyList<string> places)
{
    public IReadOnlyList<Finding> Run()
    {
        var (daemon, configuration, findings) = DaemonCheck.Run(places);
        var isRefused = findings.Any(finding => finding.Id == DaemonCheck.Refused);
        var devices = new SysfsDevices(surroundings.Usb.SysfsRoot).List();
        return
        [
            .. findings,
            .. LibraryCheck.Run(surroundings),
            .. NodeCheck.Run(surroundings, devices, daemon, isRefused),
            .. DeviceCheck.Run(surroundings, devices),
            .. HolderCheck.Run(surroundings, devices, daemon),
            .. MemoryCheck.Run(surroundings),
            .. PortCheck.Run(surroundings, daemon, isRefused),
            .. FirewallCheck.Run(surroundings),
            .. UnitAddressCheck.Run(surroundings, daemon, configuration),
            .. ClaimsCheck.Run(surroundings),
        ];
    }

    /// <summary>Such as <c>1-2 (0781:5581, Ultra)</c>.</summary>
    internal static string Name(UsbDeviceInfo device)
    {
        var name = device.Product is { Length: > 0 } product ? ", " + product : "";
        return $"{device.BusId} ({device.Descriptor.VendorId:x4}:{device.Descriptor.ProductId:x4}{name})";
    }
}
