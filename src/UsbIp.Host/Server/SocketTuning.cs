using System.Net.Sockets;

namespace UsbIp.Host.Server;

/// <summary>What every client's connection is set to.</summary>
public static class SocketTuning
{
    private const int TcpUserTimeout = 18; // TCP_USER_TIMEOUT of <linux/tcp.h>

    /// <summary>
    /// Replies leave at once; a peer that vanished is noticed within about 11 s when idle (keepalive 5 s, then three probes 2 s apart) and 10 s
    /// when data is under way.
    /// </summary>
    public static void Apply(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 2);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption((int)ProtocolType.Tcp, TcpUserTimeout, BitConverter.GetBytes(10_000));
        }
    }
}
