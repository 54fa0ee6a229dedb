using Microsoft.Extensions.Logging;
using UsbIp.Client.Remote;
using UsbIp.Protocol;

namespace UsbIp.Client;

/// <summary>What the commands log; ids 1xx. The bridge has its own texts.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "{Line}, from {Host}")]
    public static partial void Attached(ILogger logger, string line, HostAddress host);

    [LoggerMessage(101, LogLevel.Warning, "{BusId}: the state file of port {Port} cannot be written, so 'port' will not know the host: {Reason}")]
    public static partial void NoRecord(ILogger logger, BusId busId, int port, string reason);

    [LoggerMessage(102, LogLevel.Warning, "{BusId}: the kernel has not freed port {Port} in time.")]
    public static partial void StillThere(ILogger logger, BusId busId, int port);

    [LoggerMessage(103, LogLevel.Warning, "The state file of port {Port} may stay until something is attached next: {Reason}")]
    public static partial void NoRecordRemoved(ILogger logger, int port, string reason);

    [LoggerMessage(110, LogLevel.Information, "{Device} of {Host} is waited for: {Reason}")]
    public static partial void Waiting(ILogger logger, string device, HostAddress host, string reason);

    [LoggerMessage(111, LogLevel.Information, "{Device} was detached before it was usable, so it is kept no longer: {Reason}")]
    public static partial void DetachedEarly(ILogger logger, string device, string reason);

    [LoggerMessage(120, LogLevel.Information, "Attached {BusId} of {Host} to port {Port}.")]
    public static partial void BrokerAttached(ILogger logger, string busId, string host, int port);

    [LoggerMessage(121, LogLevel.Warning, "User {User} was refused: {Reason}")]
    public static partial void BrokerRefused(ILogger logger, uint user, string reason);

    [LoggerMessage(122, LogLevel.Warning, "One who asked was lost: {Reason}")]
    public static partial void BrokerPeerLost(ILogger logger, string reason);

    [LoggerMessage(123, LogLevel.Warning, "The state file of port {Port} cannot be written, so 'port' will not know the host: {Reason}")]
    public static partial void BrokerHasNoRecord(ILogger logger, int port, string reason);

    [LoggerMessage(112, LogLevel.Warning, "{Device}: there can be no state file, so 'port' will not know that the device is kept: {Reason}")]
    public static partial void NoKeptFile(ILogger logger, string device, string reason);
}
