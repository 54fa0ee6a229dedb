namespace UsbIp.Protocol.Watching;

/// <summary>What a frame behind OP_REP_WATCH tells. Readers skip kinds that they do not know.</summary>
public enum WatchFrameKind : byte
{
    /// <summary>How things stand: the number of <see cref="Device"/> frames that follow at once (32 bits).</summary>
    Snapshot = 1,

    /// <summary>One device of a snapshot: a <see cref="WatchedDevice"/>.</summary>
    Device = 2,

    /// <summary>Something happened: a <see cref="WatchedEvent"/>.</summary>
    Event = 3,

    /// <summary>The watcher was too slow: the number of events that it has missed (32 bits). A snapshot follows.</summary>
    Overflow = 4,

    /// <summary>Nothing happened for a while, and the host is still there. No body.</summary>
    Heartbeat = 5,
}
