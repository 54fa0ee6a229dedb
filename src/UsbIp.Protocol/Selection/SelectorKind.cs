namespace UsbIp.Protocol.Selection;

/// <summary>What a <see cref="DeviceSelector"/> looks at.</summary>
public enum SelectorKind
{
    /// <summary>A busid, or an alias: a word without a colon.</summary>
    Name,

    /// <summary>The place where it is plugged in: port:1-2.3.</summary>
    Port,

    /// <summary>idVendor and idProduct: 0781:5581.</summary>
    Id,

    /// <summary>iSerialNumber: serial:4C530001.</summary>
    Serial,

    /// <summary>The class of the device or of an interface: class:storage, class:08.</summary>
    Class,

    /// <summary>iProduct, with * and ?: product:"*Ultra*".</summary>
    Product,
}
