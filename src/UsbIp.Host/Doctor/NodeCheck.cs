using UsbIp.Devices;
using UsbIp.Host.Control;
using UsbIp.Host.LinuxUsb;
using UsbIp.Host.Service;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Doctor;

/// <summary>Does the kernel have USB, do the devices have nodes, and may they be opened?</summary>
internal static class NodeCheck
{
    private const string Permission = "H-NODE-PERMISSION";

    /// <param name="surroundings">Where to look.</param>
    /// <param name="devices">What is plugged in.</param>
    /// <param name="daemon">What the daemon says: it opens the nodes, as a user who may be another than ours.</param>
    /// <param name="isRefused">A daemon runs that does not answer this user.</param>
    public static IEnumerable<Finding> Run(HostSurroundings surroundings, IReadOnlyList<UsbDeviceInfo> devices, HostStatus? daemon, bool isRefused) =>
        Look(surroundings, devices, isDaemonRunning: daemon is not null || isRefused).Concat(daemon?.Devices.SelectMany(Denied) ?? []);

    private static IEnumerable<Finding> Denied(DeviceStatus device)
    {
        if (device.DeniedNode is { } node)
        {
            yield return Finding.Warning(
                Permission,
                $"{device.BusId} ({device.VendorId}:{device.ProductId}) is exported, but the daemon's user may not read and write {node}: clients are refused it.",
                NodeGrant.CommandFor(device.VendorId, device.ProductId, device.Serial));
        }
    }

    private static IEnumerable<Finding> Look(HostSurroundings surroundings, IReadOnlyList<UsbDeviceInfo> devices, bool isDaemonRunning)
    {
        var usb = surroundings.Usb;
        if (!Directory.Exists(usb.SysfsRoot))
        {
            yield return Finding.Warning(
                "H-NO-USB",
                $"This machine's kernel has no USB: {usb.SysfsRoot} does not exist. Virtual devices can be served all the same.",
                "modprobe usbcore, or a kernel with CONFIG_USB; in a container, one that shows the host's /sys");
            yield break;
        }

        UsbDeviceInfo[] servable = [.. devices.Where(device => !device.IsHub && !device.IsRemote)];
        if (servable.Length == 0)
        {
            yield return Finding.Note("H-NO-DEVICES", "No device is plugged in that could be exported.");
            yield break;
        }

        if (!Directory.Exists(usb.NodeRoot))
        {
            yield return Finding.Error(
                "H-NO-NODES",
                $"{usb.NodeRoot} does not exist, so no device can be opened, although {servable.Length} are plugged in.",
                "in a container, pass it in (docker: -v /dev/bus/usb:/dev/bus/usb --device-cgroup-rule='c 189:* rmw')");
            yield break;
        }

        UsbDeviceInfo[] closed = isDaemonRunning ? [] : [.. servable.Where(device => !surroundings.MayWrite(UsbfsNode.PathOf(usb.NodeRoot, device)))];
        if (closed.Length > 0)
        {
            yield return Finding.Warning(
                Permission,
                $"This user may not open {string.Join(", ", closed.Select(HostDoctor.Name))}: no permission to write to {UsbfsNode.PathOf(usb.NodeRoot, closed[0])}.",
                "run usbip-host as root, or give this user's group the nodes by a udev rule (SUBSYSTEM==\"usb\", GROUP=..., MODE=\"0660\")");
        }
    }
}
