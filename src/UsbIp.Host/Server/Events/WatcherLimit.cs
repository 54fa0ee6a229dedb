using System.Net;
using System.Net.Sockets;

namespace UsbIp.Host.Server.Events;

/// <summary>How many connections may watch at once, in all and from one address. Safe for use by several threads.</summary>
public sealed class WatcherLimit(int inAll = 64, int ofOneAddress = 16)
{
    private readonly Lock _gate = new();
    private readonly List<IPAddress> _admitted = [];

    /// <summary>Counts a connection as a watcher until the result is disposed; null if there are too many.</summary>
    public IDisposable? TryAdmit(Socket socket)
    {
        var address = (socket.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        lock (_gate)
        {
            if (_admitted.Count >= inAll || _admitted.Count(address.Equals) >= ofOneAddress)
            {
                return null;
            }

            _admitted.Add(address);
            return new Admission(this, address);
        }
    }

    private void Leave(IPAddress address)
    {
        lock (_gate)
        {
            _admitted.Remove(address);
        }
    }

    private sealed class Admission(WatcherLimit limit, IPAddress address) : IDisposable
    {
        public void Dispose() => limit.Leave(address);
    }
}
