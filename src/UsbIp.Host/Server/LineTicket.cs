namespace UsbIp.Host.Server;

/// <summary>
/// A client's place in the line for a device. Changed under the registry's gate; its owner, one connection's thread, sleeps on it until something may have
/// changed.
/// </summary>
public sealed class LineTicket(RemoteClient client) : IDisposable
{
    /// <summary>That of a client which is about to wait, and has no place yet.</summary>
    public static LineTicket None { get; } = new(new RemoteClient("", null));

    private readonly AutoResetEvent _changed = new(initialState: false);

    /// <summary>Whose it is; the connections of one address are counted together.</summary>
    public RemoteClient Client => client;

    /// <summary>From 1; 0 once it has left the line.</summary>
    public int Place { get; internal set; }

    /// <summary>Where it stands, or stood.</summary>
    internal WaitingLine? Line { get; init; }

    /// <summary>Waits until the line or the device has changed, or for so long.</summary>
    public void WaitForChange(TimeSpan patience) => _changed.WaitOne(patience);

    public void Dispose() => _changed.Dispose();

    internal void Wake() => _changed.Set();
}
