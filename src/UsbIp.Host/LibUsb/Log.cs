using Microsoft.Extensions.Logging;

namespace UsbIp.Host.LibUsb;

/// <summary>What this room logs: id 400.</summary>
internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Error, "libusb: handling events returned {Error}; transfers may stand still")]
    public static partial void EventsFailed(ILogger logger, LibUsbError error);
}
