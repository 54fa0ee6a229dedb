using Microsoft.Extensions.Logging;

namespace UsbIp.Host.Usbfs;

/// <summary>What this room logs: id 430.</summary>
internal static partial class Log
{
    [LoggerMessage(430, LogLevel.Error, "usbfs: waiting for devices returned errno {Errno}; transfers may stand still")]
    public static partial void WaitFailed(ILogger logger, int errno);
}
