namespace UsbIp.Client.Bridge;

/// <summary>Who ended a bridge's session.</summary>
public enum BridgeEndKind
{
    /// <summary>The kernel let go of its end: <c>detach</c>, or its controller went away. The clean end.</summary>
    KernelDetached,

    /// <summary><see cref="UrbBridge.Stop"/> was called.</summary>
    Stopped,

    /// <summary>The host closed the connection: it gave the device up, or the device was unplugged there.</summary>
    HostClosed,

    /// <summary>The connection broke, or the host no longer answers.</summary>
    HostLost,

    /// <summary>The host sent what the kernel must not see.</summary>
    HostBrokeProtocol,

    /// <summary>What came from the kernel's end is no USB/IP.</summary>
    KernelBrokeProtocol,
}

/// <summary>How a session ended. In every case both sockets are closed: for this machine's kernel that is a plain unplug.</summary>
/// <param name="Kind">Who ended it.</param>
/// <param name="Reason">Why, as a sentence for the user and the log.</param>
public sealed record BridgeEnd(BridgeEndKind Kind, string Reason)
{
    /// <summary>For how long the host asks this client to leave the device alone.</summary>
    public TimeSpan Rest { get; init; }

    /// <summary>Whether this is how a session is meant to end.</summary>
    public bool IsClean => Kind is BridgeEndKind.KernelDetached or BridgeEndKind.Stopped;
}
