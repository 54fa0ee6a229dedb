using System.Net.Sockets;

namespace UsbIp.Shared;

/// <summary>What TCP knows of the other machine: a program there that says nothing has what was sent, or its network is away.</summary>
internal static class TcpAcknowledgement
{
    private const int Tcp = 6; // IPPROTO_TCP
    private const int TcpInfo = 11; // TCP_INFO
    private const int Unacknowledged = 24; // tcpi_unacked of struct tcp_info, <linux/tcp.h>

    /// <summary>Whether the other machine has acknowledged all that was sent to it. Bytes that a full receiver does not let out don't count.</summary>
    public static bool HasAll(Socket socket)
    {
        Span<byte> info = stackalloc byte[Unacknowledged + sizeof(uint)];
        try
        {
            return socket.GetRawSocketOption(Tcp, TcpInfo, info) < info.Length || BitConverter.ToUInt32(info[Unacknowledged..]) == 0;
        }
        catch (SocketException)
        {
            return true; // not TCP: what is sent has arrived
        }
        catch (ObjectDisposedException)
        {
            return false; // the session has ended
        }
    }
}
