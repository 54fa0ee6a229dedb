using System.Net;

namespace UsbIp.Host.Server;

/// <summary>Who asks for a device over the network.</summary>
/// <param name="Name">Its address and port, for logs and for others who want the device.</param>
/// <param name="Address">What rules look at; null if it has none, which gets what everybody gets and no more.</param>
public sealed record RemoteClient(string Name, IPAddress? Address)
{
    public static RemoteClient At(EndPoint? endPoint) => new(endPoint?.ToString() ?? "unknown", (endPoint as IPEndPoint)?.Address);
}
