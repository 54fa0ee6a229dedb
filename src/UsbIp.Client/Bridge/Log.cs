using Microsoft.Extensions.Logging;
using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>All that the bridge logs; ids 2xx. One line per session that matters to the user, the rest for those who search.</summary>
internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Information, "{BusId}: session ended: {Reason}")]
    public static partial void Ended(ILogger logger, BusId busId, string reason);

    [LoggerMessage(201, LogLevel.Warning, "{BusId}: session ended ({Kind}): {Reason}")]
    public static partial void Broke(ILogger logger, BusId busId, BridgeEndKind kind, string reason);

    [LoggerMessage(202, LogLevel.Debug, "Unlink seqnum {Seqnum}: the host did not answer in time; the kernel was told {Status}.")]
    public static partial void AnsweredUnlink(ILogger logger, uint seqnum, int status);

    [LoggerMessage(203, LogLevel.Trace, "A reply of {Size} bytes was not forwarded: {Kind}.")]
    public static partial void DroppedReply(ILogger logger, int size, VerdictKind kind);

    [LoggerMessage(204, LogLevel.Information, "{BusId}: {Asker} wants it, and may have it.")]
    public static partial void GivesWay(ILogger logger, BusId busId, string asker);

    [LoggerMessage(205, LogLevel.Information, "{BusId}: {Asker} wants it, and does not get it: {Reason}.")]
    public static partial void Keeps(ILogger logger, BusId busId, string asker, string reason);

    [LoggerMessage(206, LogLevel.Error, "{BusId}: a fault of this program hides whether it is in use.")]
    public static partial void CannotTell(ILogger logger, BusId busId, Exception error);
}
