using System.Net;
using UsbIp.Host.Session;

namespace UsbIp.Host.Server;

/// <summary>Who holds a device.</summary>
/// <param name="Client">The client's address and port.</param>
/// <param name="Since">When the import was granted.</param>
public sealed record DeviceHolder(string Client, DateTimeOffset Since)
{
    /// <summary>The client's address, which rules look at; null if it has none.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>How busy it is.</summary>
    public SessionTraffic Traffic { get; } = new();
}
