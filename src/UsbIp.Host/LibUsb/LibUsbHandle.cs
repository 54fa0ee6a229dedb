using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol;

namespace UsbIp.Host.LibUsb;

/// <summary>
/// A device wrapped by libusb. Control transfers carry up to 4096 bytes: more is libusb's limit and completes with
/// <see cref="UrbStatus.Invalid"/>. Owns the libusb_device_handle.
/// </summary>
internal sealed class LibUsbHandle(nint device, LibUsbEventThread events) : DeviceHandle
{
    public override UrbStatus Claim(byte interfaceNumber)
    {
        LibUsbNative.SetAutoDetachKernelDriver(device, 1); // claim and detach in one step (USBDEVFS_DISCONNECT_CLAIM)
        return LibUsbNative.ClaimInterface(device, interfaceNumber).ToUrbStatus();
    }

    public override UrbStatus Release(byte interfaceNumber)
    {
        LibUsbNative.SetAutoDetachKernelDriver(device, 0); // otherwise a release brings the driver back
        return LibUsbNative.ReleaseInterface(device, interfaceNumber).ToUrbStatus();
    }

    public override UrbStatus SetConfiguration(byte value) => LibUsbNative.SetConfiguration(device, value == 0 ? -1 : value).ToUrbStatus();

    public override UrbStatus SetInterface(byte number, byte alternateSetting) =>
        LibUsbNative.SetInterfaceAltSetting(device, number, alternateSetting).ToUrbStatus();

    public override UrbStatus ClearHalt(byte endpointAddress) => LibUsbNative.ClearHalt(device, endpointAddress).ToUrbStatus();

    public override UrbStatus Reset() => LibUsbNative.ResetDevice(device) switch
    {
        LibUsbError.NotFound => UrbStatus.NoDevice, // the descriptors changed: the kernel enumerates the device anew
        var error => error.ToUrbStatus(),
    };

    public override SystemTransfer TransferFor(LinuxUsbDevice owner, UsbTransfer transfer) => LibUsbTransfer.Of(owner, device, events, transfer);

    public override void Dispose() => LibUsbNative.Close(device);
}
