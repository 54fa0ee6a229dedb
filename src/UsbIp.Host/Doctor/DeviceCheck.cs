using UsbIp.Devices;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Doctor;

/// <summary>Is each device in a state in which a client can use it?</summary>
internal static class DeviceCheck
{
    public static IEnumerable<Finding> Run(HostSurroundings surroundings, IReadOnlyList<UsbDeviceInfo> devices)
    {
        foreach (var device in devices.Where(device => !device.IsHub && !device.IsRemote))
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
