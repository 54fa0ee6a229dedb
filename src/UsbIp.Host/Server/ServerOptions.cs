using UsbIp.Host.Server.Events;
using UsbIp.Host.Session;
using UsbIp.Protocol.Watching;

namespace UsbIp.Host.Server;

/// <summary>What the server allows its peers. The defaults are those of the documentation; tests use smaller ones.</summary>
public sealed record ServerOptions
{
    /// <summary>Connections that have not imported anything yet, at once; more are closed at once.</summary>
    public int MaxUnimported { get; init; } = 64;

    /// <summary>How long a connection may take from its accept to its complete request.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection may stay silent before its first byte.</summary>
    public TimeSpan FirstByteTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a client may take to say whether it gives its device to another one.</summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(3);

    public SessionLimits Session { get; init; } = new();

    /// <summary>Connections that watch. They count here, and no longer among those without an import.</summary>
    public WatcherLimit Watchers { get; init; } = new();

    /// <summary>How long a watcher hears nothing at most.</summary>
    public TimeSpan WatchHeartbeat { get; init; } = TimeSpan.FromSeconds(WatchFrameHeader.HeartbeatSeconds);
}
