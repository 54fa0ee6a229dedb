using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host;

/// <summary>What is refused both when a device is exported and when it is opened, decided and worded in one place.</summary>
internal static class DeviceRefusal
{
    public static UsbException NotFound(BusId busId) =>
        new(UsbFailure.NotFound, $"There is no device {busId} on this machine.", "usbip-host list, which shows the devices that there are");

    /// <summary>Why rules never export a device, whatever they say, as a clause; null if they may.</summary>
    public static string? WhyNever(UsbDeviceInfo device) =>
        device.IsHub ? "it is a hub, and only the devices behind it can be exported"
        : device.IsRemote ? "it is itself attached over USB/IP, and exporting it again would make a loop"
        : null;

    /// <summary>Whether a device is of a kind that is served at all.</summary>
    /// <param name="device">The device.</param>
    /// <param name="allowRemote">Also one that is itself attached over USB/IP; for tests.</param>
    /// <exception cref="UsbException">It is not.</exception>
    public static void CheckKind(UsbDeviceInfo device, bool allowRemote = false)
    {
        if (device.IsHub)
        {
            throw new UsbException(
                UsbFailure.NotServable, $"Device {device.BusId} is a hub; only the devices behind it can be exported.", "usbip-host list shows them.");
        }

        if (device.IsRemote && !allowRemote)
        {
            throw new UsbException(
                UsbFailure.NotServable,
                $"Device {device.BusId} is itself attached over USB/IP; exporting it again would make a loop.",
                "export it on the machine that it is plugged into.");
        }
    }
}
