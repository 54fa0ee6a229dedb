using Microsoft.Extensions.Logging;

namespace UsbIp.Host.Service;

/// <summary>What the daemon says about its being a service. Event ids 7xx.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(700, LogLevel.Warning, "the service manager cannot be told how this daemon is: {Error}")]
    public static partial void ManagerUnreachable(ILogger logger, string error);

    [LoggerMessage(701, LogLevel.Error, "{Loop} did not come round within {Seconds} s; until it does, the service manager is not told that this daemon is alive")]
    public static partial void LoopStuck(ILogger logger, string loop, double seconds);

    [LoggerMessage(702, LogLevel.Warning, "{Loop} comes round again")]
    public static partial void LoopFree(ILogger logger, string loop);
}
