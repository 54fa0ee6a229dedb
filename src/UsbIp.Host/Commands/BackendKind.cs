namespace UsbIp.Host.Commands;

/// <summary>What moves the data of the machine's own devices.</summary>
public enum BackendKind
{
    /// <summary>libusb.</summary>
    LibUsb,

    /// <summary>The kernel's usbfs, without a library in between.</summary>
    Usbfs,
}
