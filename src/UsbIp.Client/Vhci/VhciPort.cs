using UsbIp.Protocol;

namespace UsbIp.Client.Vhci;

/// <summary>What vhci_hcd does with a port (kernel: enum usbip_device_status; the numbers are those of the status file).</summary>
public enum VhciPortState
{
    /// <summary>VDEV_ST_NULL: free.</summary>
    Free = 4,

    /// <summary>VDEV_ST_NOTASSIGNED: attached; the kernel has not given the device its address yet.</summary>
    NotAssigned = 5,

    /// <summary>VDEV_ST_USED: attached and addressed.</summary>
    Used = 6,

    /// <summary>VDEV_ST_ERROR: of no use until it is detached.</summary>
    Error = 7,
}

/// <summary>One row of vhci_hcd's status files.</summary>
/// <param name="IsSuperSpeed">Whether the port is of the hub that serves SuperSpeed devices.</param>
/// <param name="Number">The port's number over all controllers.</param>
/// <param name="State">What it is used for.</param>
/// <param name="Speed">The device's speed; 0 unless vhci_hcd says that it is used.</param>
/// <param name="DeviceId">The device on its host; 0 unless vhci_hcd says that it is used.</param>
/// <param name="LocalBusId">The device's name below /sys/bus/usb/devices; "0-0" unless used.</param>
public sealed record VhciPort(
    bool IsSuperSpeed, int Number, VhciPortState State, UsbSpeed Speed, DeviceId DeviceId, string LocalBusId)
{
    /// <summary>Which controller it is of, from 0.</summary>
    public int Controller { get; init; }

    /// <summary>Its number on its hub, from 1.</summary>
    public int HubPort { get; init; }

    public bool IsFree => State == VhciPortState.Free;

    /// <summary>Whether a device of that speed belongs on this port's hub.</summary>
    public bool Takes(UsbSpeed speed) => IsSuperSpeed == (speed is UsbSpeed.Super or UsbSpeed.SuperPlus);
}
