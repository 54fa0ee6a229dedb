using UsbIp.Devices;
using UsbIp.Host.Control;
using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol.Diagnosis;
using UsbIp.Shared;

namespace UsbIp.Host.Doctor;

/// <summary>Who holds a device, so that a client would be told that it is busy: another kernel driver, a program, this machine's disks.</summary>
internal static class HolderCheck
{
    public static IEnumerable<Finding> Run(HostSurroundings surroundings, IReadOnlyList<UsbDeviceInfo> devices, HostStatus? daemon)
    {
        var usb = surroundings.Usb;
        var sysfs = new SysfsDevices(usb.SysfsRoot);
        var disks = usb.Disks;
        foreach (var device in devices.Where(device => !device.IsHub && !device.IsRemote))
        {
            var name = device.BusId.ToString();
            var known = daemon?.Devices.FirstOrDefault(status => status.BusId == name);
            if (sysfs.Driver(name) is { } driver and not "usb")
            {
                yield return Held(device, driver);
            }
            else if (known?.Holder is null && sysfs.Interfaces(name).FirstOrDefault(one => one.Driver == UsbfsNode.DriverName) is { Name: not null } taken)
            {
                yield return Claimed(device, taken, UsbfsNode.PathOf(usb.NodeRoot, device), usb.ProcRoot);
            }
            else if (disks.Find(device.Path) is { } use)
            {
                yield return InUse(device, use, isExported: known?.Exported == true);
            }
        }
    }

    private static Finding Held(UsbDeviceInfo device, string driver) => Finding.Warning(
        "H-HELD-DRIVER",
        $"{HostDoctor.Name(device)} is held whole by the kernel driver {driver}.",
        driver == "usbip-host"
            ? $"usbip unbind -b {device.BusId}: the stock tools have bound it"
            : $"echo {device.BusId} > /sys/bus/usb/drivers/{driver}/unbind");

    private static Finding Claimed(UsbDeviceInfo device, BoundInterface taken, string node, string procRoot)
    {
        var holders = NodeHolders.Describe(node, procRoot);
        return Finding.Warning(
            "H-HELD-PROGRAM",
            $"The interface {taken.Name} of {HostDoctor.Name(device)} is claimed by {(holders.Length > 0 ? holders : "another program")}.",
            holders.Length > 0 ? "end that program, or let it release the device" : $"sudo lsof {node}");
    }

    private static Finding InUse(UsbDeviceInfo device, BlockUse use, bool isExported) => isExported
        ? Finding.Warning(
            "H-HELD-DISK", $"{HostDoctor.Name(device)} is exported, but {use.What}: clients are told that it is busy.", use.Remedy)
        : Finding.Note("H-DISK-IN-USE", $"{HostDoctor.Name(device)} is exported only with --force: {use.What}.", use.Remedy);
}
