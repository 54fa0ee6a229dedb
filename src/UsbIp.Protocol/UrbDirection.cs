namespace UsbIp.Protocol;

/// <summary>Which way a URB's data goes, seen from the machine that has the driver (kernel: USBIP_DIR_*).</summary>
public enum UrbDirection : uint
{
    /// <summary>To the device.</summary>
    Out = 0,

    /// <summary>From the device.</summary>
    In = 1,
}
