namespace UsbIp.Client.Vhci;

/// <summary>Which nodes the kernel's drivers make for an interface, by its class codes (usb.org, Defined Class Codes).</summary>
internal static class InterfaceNodes
{
    private const int Audio = 0x01;
    private const int Communications = 0x02;
    private const int Hid = 0x03;
    private const int Printer = 0x07;
    private const int Storage = 0x08;
    private const int Video = 0x0E;
    private const int Wireless = 0xE0;
    private const int VendorSpecific = 0xFF;

    /// <summary>The subsystems of which one will have a node; empty where none is certain.</summary>
    public static IReadOnlyList<string> Expected(int classCode, int subClass, int protocol) => (classCode, subClass, protocol) switch
    {
        (Audio, 1, _) => ["sound"],
        (Communications, 2, _) => ["tty", "net"], // ACM; RNDIS uses the same code with a vendor's protocol
        (Communications, 6 or 0x0D, _) => ["net"], // ECM, NCM
        (Hid, _, _) => ["input", "hidraw"],
        (Printer, _, _) => ["usbmisc"],
        (Storage, _, _) => ["block"],
        (Video, 1, _) => ["video4linux"],
        (Wireless, 1, 1) => ["bluetooth"],
        (Wireless, 1, 3) => ["net"], // RNDIS
        _ => [],
    };

    /// <summary>Whether a driver may bind by the device's ids, with nodes that its class does not tell.</summary>
    public static bool MayHaveDriver(int classCode) => classCode is VendorSpecific;
}
