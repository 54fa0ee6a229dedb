using Microsoft.Extensions.Logging;
using UsbIp.Protocol;

namespace UsbIp.Host.Control;

/// <summary>What the control socket and the daemon's life tell the operator. Event ids 5xx: control socket, 6xx: the daemon.</summary>
internal static partial class ControlLog
{
    [LoggerMessage(500, LogLevel.Debug, "control: process {ProcessId} of user {UserId} connected")]
    public static partial void ControlConnected(this ILogger logger, int processId, uint userId);

    [LoggerMessage(501, LogLevel.Warning, "control: process {ProcessId} of user {UserId} was turned away: {Reason}")]
    public static partial void ControlRefused(this ILogger logger, int processId, uint userId, string reason);

    [LoggerMessage(509, LogLevel.Warning, "control: a connection could not be accepted: {Error}")]
    public static partial void ControlAcceptFailed(this ILogger logger, System.Net.Sockets.SocketError error);

    [LoggerMessage(502, LogLevel.Warning, "control: process {ProcessId} of user {UserId} was cut off: {Reason}")]
    public static partial void ControlCutOff(this ILogger logger, int processId, uint userId, string reason);

    [LoggerMessage(503, LogLevel.Error, "control: process {ProcessId} of user {UserId} met a fault of this daemon; only its connection ends")]
    public static partial void ControlFault(this ILogger logger, Exception exception, int processId, uint userId);

    [LoggerMessage(
        601,
        LogLevel.Warning,
        "PLAINTEXT: {Address} can be reached from other machines. USB/IP has no encryption and no passwords: whoever reaches this port can use every exported device and read what passes. Keep it to a network that you trust.")]
    public static partial void Plaintext(this ILogger logger, string address);

    [LoggerMessage(602, LogLevel.Information, "this machine has no {Address}; going on without it")]
    public static partial void LoopbackMissing(this ILogger logger, string address);

    [LoggerMessage(603, LogLevel.Information, "{BusId}: virtual device {Spec}")]
    public static partial void VirtualDeviceAdded(this ILogger logger, string spec, BusId busId);

    [LoggerMessage(604, LogLevel.Warning, "{Problem} Only virtual devices are served.")]
    public static partial void NoRealDevices(this ILogger logger, string problem);

    [LoggerMessage(605, LogLevel.Information, "ending: sessions are closed and devices go back to their kernel drivers")]
    public static partial void Ending(this ILogger logger);

    [LoggerMessage(606, LogLevel.Information, "ended; every device is back")]
    public static partial void Ended(this ILogger logger);

    [LoggerMessage(607, LogLevel.Information, "ready; control socket {Path}")]
    public static partial void Ready(this ILogger logger, string path);
}
