using UsbIp.Protocol;

namespace UsbIp.Client.Remote;

/// <summary>Is the device record of a granted import one that may go on to a kernel?</summary>
internal static class ImportGrant
{
    /// <returns>The record, a SuperSpeed Plus device shown as SuperSpeed: vhci_hcd before Linux 6.12 refuses the former.</returns>
    /// <exception cref="ProtocolException">The record is of another device, or no device has such numbers.</exception>
    /// <exception cref="CommandException">The host does not know the device's speed.</exception>
    public static DeviceRecord Check(HostAddress host, BusId asked, DeviceRecord device)
    {
        if (device.BusId != asked)
        {
            throw new ProtocolException($"OP_REP_IMPORT: busid '{device.BusId}' is not the '{asked}' that was asked for.");
        }

        if (device.BusNumber > ushort.MaxValue || device.DeviceNumber > ushort.MaxValue)
        {
            throw new ProtocolException(
                $"OP_REP_IMPORT of {asked}: busnum {device.BusNumber} and devnum {device.DeviceNumber} do not fit the 16 bits each has in a devid.");
        }

        return device.Speed switch
        {
            UsbSpeed.Low or UsbSpeed.Full or UsbSpeed.High or UsbSpeed.Super => device,
            UsbSpeed.SuperPlus => device with { Speed = UsbSpeed.Super },
            UsbSpeed.Unknown => throw new CommandException(
                ExitCode.ProtocolError,
                $"{host} does not say how fast {asked} is: its speed is 0 (unknown), and the kernel attaches no such device.",
                "unplug the device from the host and plug it in again, or update the server."),
            _ => throw new ProtocolException($"OP_REP_IMPORT of {asked}: speed {(uint)device.Speed} is none of 1, 2, 3, 5 and 6."),
        };
    }
}
