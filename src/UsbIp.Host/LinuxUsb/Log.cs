using Microsoft.Extensions.Logging;
using UsbIp.Protocol;

namespace UsbIp.Host.LinuxUsb;

/// <summary>What this room logs: ids 401 to 423.</summary>
internal static partial class Log
{
    [LoggerMessage(401, LogLevel.Warning, "{Interface}: {Status} when it was released")]
    public static partial void ReleaseFailed(ILogger logger, string @interface, UrbStatus status);

    [LoggerMessage(402, LogLevel.Warning, "{Interface}: its driver {Driver} did not take it back; unplug and plug the device in to use it here")]
    public static partial void DriverNotBack(ILogger logger, string @interface, string driver);

    [LoggerMessage(403, LogLevel.Debug, "{BusId}: claimed interfaces {Interfaces} of configuration {Configuration}")]
    public static partial void Claimed(ILogger logger, string busId, string interfaces, byte configuration);

    [LoggerMessage(404, LogLevel.Debug, "{BusId}: given back")]
    public static partial void GivenBack(ILogger logger, string busId);

    [LoggerMessage(405, LogLevel.Warning, "{BusId}: configuration {Configuration} was active before and could not be set again: {Status}")]
    public static partial void ConfigurationNotRestored(ILogger logger, string busId, byte configuration, UrbStatus status);

    [LoggerMessage(406, LogLevel.Information, "{Advice}")]
    public static partial void MemoryIsSmall(ILogger logger, string advice);

    [LoggerMessage(410, LogLevel.Information, "{BusId}: arrived")]
    public static partial void Arrived(ILogger logger, string busId);

    [LoggerMessage(411, LogLevel.Information, "{BusId}: left")]
    public static partial void Departed(ILogger logger, string busId);

    [LoggerMessage(412, LogLevel.Warning, "The kernel's device events are not available (errno {Errno}); devices are looked for once a second")]
    public static partial void NoKernelEvents(ILogger logger, int errno);

    [LoggerMessage(420, LogLevel.Information, "{Interface}: given back to its driver ({Driver}) after a host that was killed")]
    public static partial void InterfaceRecovered(ILogger logger, string @interface, string driver);

    [LoggerMessage(421, LogLevel.Warning, "{Interface}: has no driver since a host was killed, and cannot be given back: {Reason}")]
    public static partial void RecoveryRefused(ILogger logger, string @interface, string reason);

    [LoggerMessage(422, LogLevel.Debug, "{Path}: left for its owner: {Reason}")]
    public static partial void ClaimsFileSkipped(ILogger logger, string path, string reason);

    [LoggerMessage(423, LogLevel.Warning, "Claims are not noted, so a killed host's devices stay without drivers: {Reason}")]
    public static partial void ClaimsNotNoted(ILogger logger, string reason);
}
