namespace UsbIp.Host.Session;

/// <summary>Who ended a session.</summary>
public enum SessionEndCause
{
    /// <summary>The client closed the connection: it detached the device.</summary>
    ClientLeft,

    /// <summary>The connection broke.</summary>
    ConnectionLost,

    /// <summary>The client broke the protocol.</summary>
    ProtocolViolation,

    /// <summary>The device was unplugged.</summary>
    DeviceLeft,

    /// <summary>The device did not do what it must.</summary>
    DeviceFailed,

    /// <summary>This host is stopping, or takes the device back.</summary>
    Stopped,
}

/// <summary>Why a session ended, for the log: the first cause counts, what follows from it does not.</summary>
public sealed record SessionEnd(SessionEndCause Cause, string Reason)
{
    /// <summary>For how long the client is asked to leave the device alone.</summary>
    public TimeSpan Rest { get; init; }
}
