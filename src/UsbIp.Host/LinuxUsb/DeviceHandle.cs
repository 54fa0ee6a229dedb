using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// An open device in the hands of libusb or of usbfs itself: the requests that the two make in different ways. All of them block. Dispose
/// before the node that it was opened over.
/// </summary>
internal abstract class DeviceHandle : IDisposable
{
    /// <summary>Claims an interface; the kernel driver that has it, if any, is detached in the same step. Busy: a program has it.</summary>
    public abstract UrbStatus Claim(byte interfaceNumber);

    /// <summary>Releases an interface; no kernel driver takes it by that. Its transfers end.</summary>
    public abstract UrbStatus Release(byte interfaceNumber);

    /// <summary>SET_CONFIGURATION while nothing is claimed; 0 unconfigures.</summary>
    public abstract UrbStatus SetConfiguration(byte value);

    /// <summary>SET_INTERFACE of a claimed interface.</summary>
    public abstract UrbStatus SetInterface(byte number, byte alternateSetting);

    public abstract UrbStatus ClearHalt(byte endpointAddress);

    /// <summary>Resets the port while nothing is claimed. NoDevice: the device came back as another, or not at all.</summary>
    public abstract UrbStatus Reset();

    /// <summary>The system's side of a transfer: the one that it has kept, or a new one.</summary>
    public abstract SystemTransfer TransferFor(LinuxUsbDevice device, UsbTransfer transfer);

    /// <summary>Memory that the device's host controller can use as it is, or null where ordinary memory does as well.</summary>
    public virtual NativeBuffer? TryLendMemory(int capacity) => null;

    public abstract void Dispose();
}
