namespace UsbIp.Protocol;

/// <summary>Device speeds with the numbers of the wire (kernel: enum usb_device_speed). libusb numbers them differently.</summary>
public enum UsbSpeed : uint
{
    Unknown = 0,

    /// <summary>1.5 Mbit/s.</summary>
    Low = 1,

    /// <summary>12 Mbit/s.</summary>
    Full = 2,

    /// <summary>480 Mbit/s.</summary>
    High = 3,

    /// <summary>Wireless USB; no device of today has it.</summary>
    Wireless = 4,

    /// <summary>5 Gbit/s.</summary>
    Super = 5,

    /// <summary>10 Gbit/s and more. vhci_hcd before Linux 6.12 refuses it, so hosts publish <see cref="Super"/>.</summary>
    SuperPlus = 6,
}
