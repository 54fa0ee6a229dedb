using Microsoft.Extensions.Logging;

namespace UsbIp.Host.LinuxUsb;

/// <summary>What this room logs: ids 410 to 422.</summary>
internal static partial class Log
{
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
}
