using UsbIp.Protocol;

namespace UsbIp.Client.Commands;

/// <summary>How users know the speeds.</summary>
internal static class SpeedNames
{
    /// <summary>As the stock <c>usbip port</c> writes it (tools/usb/usbip/libsrc/usbip_common.c).</summary>
    public static string Long(UsbSpeed speed) => speed switch
    {
        UsbSpeed.Low => "Low Speed(1.5Mbps)",
        UsbSpeed.Full => "Full Speed(12Mbps)",
        UsbSpeed.High => "High Speed(480Mbps)",
        UsbSpeed.Wireless => "Wireless",
        UsbSpeed.Super => "Super Speed(5000Mbps)",
        UsbSpeed.SuperPlus => "Super Speed Plus(10000Mbps)",
        _ => "Unknown Speed",
    };

    public static string Short(UsbSpeed speed) => speed switch
    {
        UsbSpeed.Low => "low",
        UsbSpeed.Full => "full",
        UsbSpeed.High => "high",
        UsbSpeed.Wireless => "wireless",
        UsbSpeed.Super => "super",
        UsbSpeed.SuperPlus => "super-plus",
        _ => "unknown",
    };
}
