using Microsoft.Extensions.Logging;

namespace UsbIp.Host.LibUsb;

/// <summary>What this room logs: ids 400 to 409 and 423.</summary>
internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Error, "libusb: handling events returned {Error}; transfers may stand still")]
    public static partial void EventsFailed(ILogger logger, LibUsbError error);

    [LoggerMessage(401, LogLevel.Warning, "{Interface}: {Error} when it was released")]
    public static partial void ReleaseFailed(ILogger logger, string @interface, LibUsbError error);

    [LoggerMessage(402, LogLevel.Warning, "{Interface}: its driver {Driver} did not take it back; unplug and plug the device in to use it here")]
    public static partial void DriverNotBack(ILogger logger, string @interface, string driver);

    [LoggerMessage(403, LogLevel.Debug, "{BusId}: claimed interfaces {Interfaces} of configuration {Configuration}")]
    public static partial void Claimed(ILogger logger, string busId, string interfaces, byte configuration);

    [LoggerMessage(404, LogLevel.Debug, "{BusId}: given back")]
    public static partial void GivenBack(ILogger logger, string busId);

    [LoggerMessage(405, LogLevel.Warning, "{BusId}: configuration {Configuration} was active before and could not be set again: {Error}")]
    public static partial void ConfigurationNotRestored(ILogger logger, string busId, byte configuration, LibUsbError error);

    [LoggerMessage(406, LogLevel.Information, "{Advice}")]
    public static partial void MemoryIsSmall(ILogger logger, string advice);

    [LoggerMessage(423, LogLevel.Warning, "Claims are not noted, so a killed host's devices stay without drivers: {Reason}")]
    public static partial void ClaimsNotNoted(ILogger logger, string reason);
}
