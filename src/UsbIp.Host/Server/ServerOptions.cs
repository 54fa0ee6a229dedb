using UsbIp.Host.Session;

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

    public SessionLimits Session { get; init; } = new();
}
