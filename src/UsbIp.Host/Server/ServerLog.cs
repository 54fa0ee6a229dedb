using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Host.Session;
using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>Every log text of the server and its sessions. Ids: 100 listening and connections, 200 sessions, 300 devices.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(100, LogLevel.Information, "Listening on {Endpoint}.")]
    public static partial void Listening(ILogger log, IPEndPoint endpoint);

    [LoggerMessage(101, LogLevel.Warning, "Accepting a connection went wrong: {Error}.")]
    public static partial void AcceptFailed(ILogger log, SocketError error);

    [LoggerMessage(102, LogLevel.Warning, "{Client}: closed, {Limit} connections without an import are open already.")]
    public static partial void TooManyConnections(ILogger log, string client, int limit);

    [LoggerMessage(120, LogLevel.Error, "{Client}: closed, the system gives this process no further thread (a limit such as the unit's TasksMax).")]
    public static partial void NoThread(ILogger log, string client);

    [LoggerMessage(103, LogLevel.Warning, "{Client}: closed, it speaks TLS and this host does not yet.")]
    public static partial void TlsNotSpoken(ILogger log, string client);

    [LoggerMessage(104, LogLevel.Warning, "{Client}: closed, its first byte 0x{First:x2} is not that of USB/IP 1.1.1 (0x01).")]
    public static partial void UnknownFirstByte(ILogger log, string client, byte first);

    [LoggerMessage(105, LogLevel.Debug, "{Client}: closed without a byte.")]
    public static partial void ClosedConnection(ILogger log, string client);

    [LoggerMessage(106, LogLevel.Warning, "{Client}: closed. {Reason}")]
    public static partial void RequestBroken(ILogger log, string client, string reason);

    [LoggerMessage(107, LogLevel.Information, "{Client}: connection lost: {Error}.")]
    public static partial void ConnectionLost(ILogger log, string client, SocketError error);

    [LoggerMessage(108, LogLevel.Error, "{Client}: closed by a fault of this program.")]
    public static partial void ConnectionFailed(ILogger log, string client, Exception exception);

    [LoggerMessage(109, LogLevel.Debug, "{Client}: listed {Count} devices.")]
    public static partial void Listed(ILogger log, string client, int count);

    [LoggerMessage(110, LogLevel.Debug, "{Client}: watches.")]
    public static partial void Watching(ILogger log, string client);

    [LoggerMessage(111, LogLevel.Debug, "{Client}: watches no longer.")]
    public static partial void NotWatching(ILogger log, string client);

    [LoggerMessage(112, LogLevel.Warning, "{Client}: may not watch, there are too many watchers already.")]
    public static partial void TooManyWatchers(ILogger log, string client);

    [LoggerMessage(200, LogLevel.Information, "{Client} {BusId}: attached.")]
    public static partial void SessionStarted(ILogger log, string client, BusId busId);

    [LoggerMessage(201, LogLevel.Information, "{Client} {BusId}: ended, {Reason}.")]
    public static partial void SessionEnded(ILogger log, string client, BusId busId, string reason);

    [LoggerMessage(202, LogLevel.Warning, "{Client} {BusId}: ended by {Cause}. {Reason}")]
    public static partial void SessionBroken(ILogger log, string client, BusId busId, SessionEndCause cause, string reason);

    [LoggerMessage(203, LogLevel.Information, "{Client} {BusId}: import refused with {Status}.")]
    public static partial void ImportRefused(ILogger log, string client, BusId busId, OperationStatus status);

    [LoggerMessage(204, LogLevel.Information, "{Client} {BusId}: waits for it, in place {Place}.")]
    public static partial void Waits(ILogger log, string client, BusId busId, int place);

    [LoggerMessage(205, LogLevel.Information, "{Client} {BusId}: waits for it no longer.")]
    public static partial void WaitGivenUp(ILogger log, string client, BusId busId);

    [LoggerMessage(206, LogLevel.Information, "{Client} {BusId}: keeps it from {Taker}: {Reason}.")]
    public static partial void HolderKeeps(ILogger log, string client, BusId busId, string taker, string reason);

    [LoggerMessage(207, LogLevel.Information, "{Client} {BusId}: was asked whether {Taker} may have it, and did not answer within {Seconds} s; the rule decides.")]
    public static partial void HolderSilent(ILogger log, string client, BusId busId, string taker, double seconds);

    [LoggerMessage(300, LogLevel.Information, "{BusId}: exported ({Vendor:x4}:{Product:x4}).")]
    public static partial void Exported(ILogger log, BusId busId, ushort vendor, ushort product);

    [LoggerMessage(301, LogLevel.Information, "{BusId}: no longer exported.")]
    public static partial void Unexported(ILogger log, BusId busId);

    [LoggerMessage(302, LogLevel.Warning, "{BusId}: {Client} asked for it, but what was exported is not plugged in now.")]
    public static partial void NotPresent(ILogger log, BusId busId, string client);

    [LoggerMessage(303, LogLevel.Warning, "{BusId}: {Client} asked for it, but: {Reason} {Hint}")]
    public static partial void OpenRefused(ILogger log, BusId busId, string client, string reason, string hint);

    [LoggerMessage(304, LogLevel.Information, "{Client} {BusId}: the device is back with this machine.")]
    public static partial void DeviceReleased(ILogger log, string client, BusId busId);

    [LoggerMessage(306, LogLevel.Warning, "{BusId}: the device keeps transfers that were cancelled. It is refused until they are back, or until it is plugged in anew.")]
    public static partial void DeviceKept(ILogger log, BusId busId);

    [LoggerMessage(307, LogLevel.Information, "{BusId}: the last transfer is back, and the device is back with this machine.")]
    public static partial void KeptDeviceReleased(ILogger log, BusId busId);

    [LoggerMessage(308, LogLevel.Error, "{BusId}: giving the device back met a fault of this program.")]
    public static partial void DeviceNotReleased(ILogger log, BusId busId, Exception exception);

    [LoggerMessage(309, LogLevel.Information, "{BusId}: exported ({Vendor:x4}:{Product:x4}), {Reason}.")]
    public static partial void ExportedByRule(ILogger log, BusId busId, ushort vendor, ushort product, string reason);

    [LoggerMessage(310, LogLevel.Warning, "{BusId}: not exported, for {Reason}.")]
    public static partial void NotExportedByRule(ILogger log, BusId busId, string reason);

    [LoggerMessage(311, LogLevel.Information, "{BusId}: no longer exported, for {Reason}.")]
    public static partial void WithdrawnByRule(ILogger log, BusId busId, string reason);

    [LoggerMessage(312, LogLevel.Warning, "{Wanted}: {Client} may not have it, for {Reason}.")]
    public static partial void RefusedByRule(ILogger log, BusId wanted, string client, string reason);

    [LoggerMessage(313, LogLevel.Warning, "{Wanted}: {Client} asked for it, but: {Problem}")]
    public static partial void AmbiguousName(ILogger log, BusId wanted, string client, string problem);

    [LoggerMessage(305, LogLevel.Information, "{BusId}: {What}.")]
    public static partial void TopologyChanged(ILogger log, BusId busId, string what);
}
