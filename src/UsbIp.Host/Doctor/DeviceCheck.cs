using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Doctor;

/// <summary>Is each device in a state in which a client can use it?</summary>
internal static class DeviceCheck
{
    public static IEnumerable<Finding> Run(HostSurroundings surroundings, IReadOnlyList<UsbDeviceInfo> devices)
    {
        var sysfs = new SysfsDevices(surroundings.Usb.SysfsRoot);
        foreach (var device in devices.Where(device => !device.IsHub && !device.IsRemote && !IsTaken(sysfs, device)))
        {
            if (IsRefused(surroundings.Usb.SysfsRoot, device))
            {
                yield return Finding.Warning(
                    "H-NOT-AUTHORIZED",
                    $"The kernel was told not to use {HostDoctor.Name(device)}: its attribute 'authorized' is 0.",
                    $"allow it in USBGuard or whatever else guards this machine, or: echo 1 > {device.Path}/authorized");
            }
            else if (device.Configurations.Count == 0)
            {
                yield return Finding.Warning(
                    "H-NO-DESCRIPTORS",
                    $"{HostDoctor.Name(device)} gave no configuration that can be read.",
                    "unplug it and plug it in again, at another port or with another cable");
            }
            else if (device.ActiveConfiguration == 0)
            {
                yield return Finding.Warning(
                    "H-NOT-CONFIGURED",
                    $"{HostDoctor.Name(device)} has no active configuration: its hub gives too little power, or a program took it away.",
                    "plug it into a port of the machine itself or into a hub with a power supply; 'dmesg | tail' says whether power was short");
            }
        }
    }

    /// <summary>A driver that has a device whole takes its configuration away; that it has it is the finding.</summary>
    private static bool IsTaken(SysfsDevices sysfs, UsbDeviceInfo device) => sysfs.Driver(device.BusId.ToString()) is not (null or "usb");

    private static bool IsRefused(string sysfsRoot, UsbDeviceInfo device)
    {
        try
        {
            return File.ReadAllText(Path.Combine(sysfsRoot, device.BusId.ToString(), "authorized")).Trim() == "0";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // unplugged meanwhile
        }
    }
}
