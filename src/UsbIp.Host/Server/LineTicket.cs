using System.Net;

namespace UsbIp.Host.Server;

/// <summary>
/// A client's place in the line for a device. Changed under the registry's gate; its owner, one connection's thread, sleeps on it until something may have
/// changed.
/// </summary>
public sealed class LineTicket(string client) : IDisposable
{
    /// <summary>That of a client which is about to wait, and has no place yet.</summary>
    public static LineTicket None { get; } = new("");

    private readonly AutoResetEvent _changed = new(initialState: false);

    public string Client => client;

    /// <summary>From 1; 0 once it has left the line.</summary>
    public int Place { get; internal set; }

    /// <summary>Where it stands, or stood.</summary>
    internal WaitingLine? Line { get; init; }

    /// <summary>The address in which the client's connections are counted.</summary>
    internal IPAddress? Address { get; } = IPEndPoint.TryParse(client, out var endpoint) ? endpoint.Address : null;

    /// <summary>Waits until the line or the device has changed, or for so long.</summary>
    public void WaitForChange(TimeSpan patience) => _changed.WaitOne(patience);

    public void Dispose() => _changed.Dispose();

    internal void Wake() => _changed.Set();
}
