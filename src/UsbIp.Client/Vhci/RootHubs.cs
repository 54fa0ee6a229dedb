using System.Globalization;

namespace UsbIp.Client.Vhci;

/// <summary>
/// What the kernel's USB core knows of vhci_hcd's ports: each controller has two root hubs, usbN below its directory in sysfs, and a device is a directory
/// below its hub's.
/// </summary>
/// <param name="directory">The first controller's.</param>
internal sealed class RootHubs(string directory)
{
    private const int SuperSpeed = 5000; // Mbit/s

    /// <summary>
    /// Whether the USB core still has a device on the port. It hears of an unplug on its own time (drivers/usb/core/hub.c, hub_event), while vhci_hcd calls
    /// the port free at once; a device that is attached in between is taken for the old one, and never addressed.
    /// </summary>
    public bool HasDevice(VhciPort port) => FindDevice(port) is not null;

    /// <summary>
    /// The number (devnum) of the device that the USB core has on the port: each that is plugged in gets another one. Empty if it cannot be read, null if
    /// there is no device.
    /// </summary>
    public string? FindDevice(VhciPort port) =>
        PathOf(port) is { } device ? LocalDevice.ReadAttribute(Path.Combine(device, "devnum")) ?? "" : null;

    /// <summary>
    /// The port as the USB core knows it, where vhci_hcd does not. vhci_hcd notes a port's device when it is given its address
    /// (drivers/usb/usbip/vhci_hcd.c, vhci_urb_enqueue). One that is attached while the kernel still enumerates the device before it can be taken for that one,
    /// and goes on with its address: it works, but vhci_hcd calls its port not assigned, for as long as it is plugged in.
    /// </summary>
    public VhciPort Complete(VhciPort port) =>
        port.State == VhciPortState.NotAssigned && PathOf(port) is { } device
            ? port with { State = VhciPortState.Used, LocalBusId = Path.GetFileName(device) }
            : port;

    /// <summary>The directory of the device that the USB core has on the port; null if there is none.</summary>
    private string? PathOf(VhciPort port)
    {
        try
        {
            var controller = port.Controller == 0 ? directory : Path.Combine(directory, "..", $"vhci_hcd.{port.Controller}");
            return Directory.EnumerateDirectories(controller, "usb*")
                .Where(hub => IsOf(hub, port))
                .Select(hub => Path.Combine(hub, DeviceOn(hub, port)))
                .FirstOrDefault(Directory.Exists);
        }
        catch (DirectoryNotFoundException)
        {
            return null; // the module is being unloaded, with all that hangs on it
        }
    }

    private static bool IsOf(string hub, VhciPort port) =>
        int.TryParse(LocalDevice.ReadAttribute(Path.Combine(hub, "speed")), NumberStyles.None, CultureInfo.InvariantCulture, out var speed)
        && speed >= SuperSpeed == port.IsSuperSpeed;

    /// <summary>usb5 has 5-1 on its first port.</summary>
    private static string DeviceOn(string hub, VhciPort port) =>
        string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(hub)["usb".Length..]}-{port.HubPort}");
}
