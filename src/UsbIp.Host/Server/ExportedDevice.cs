using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>An export: a busid and the identity of the device that was there when it was exported. Guarded by the registry's gate.</summary>
internal sealed class ExportedDevice(UsbDeviceInfo device, IUsbBackend backend)
{
    public BusId BusId => device.BusId;

    public IUsbBackend Backend => backend;

    public DeviceLease? Lease { get; set; }

    /// <summary>A session ended and the device did not give back its transfers.</summary>
    public bool IsFailed { get; set; }

    /// <summary>Whether what is plugged in at that busid now is what was exported: another device in the same port is not shared by accident.</summary>
    public bool IsSameDevice(UsbDeviceInfo other) =>
        other.Descriptor.VendorId == device.Descriptor.VendorId
        && other.Descriptor.ProductId == device.Descriptor.ProductId
        && other.SerialNumber == device.SerialNumber;
}
