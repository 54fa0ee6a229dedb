using System.Net.Sockets;

namespace UsbIp.Shared;

/// <summary>What TCP knows of the other machine: a program there that says nothing has what was sent, or its network is away.</summary>
internal static class TcpAcknowledgement
{
    private const int Tcp = 6; // IPPROTO_TCP
    private const int TcpInfo = 11; // TCP_INFO

    // Of struct tcp_info, <linux/tcp.h>; the last since Linux 5.4.
    private const int Unacknowledged = 24; // tcpi_unacked
    private const int NotSent = 144; // tcpi_notsent_bytes
    private const int SendWindow = 228; // tcpi_snd_wnd

    /// <summary>
    /// Whether the other machine has acknowledged all that was sent to it. Bytes that a full receiver does not let out don't count. Those that this machine
    /// could not send do, for its own network is away: nothing is unacknowledged then, although the receiver has room.
    /// </summary>
    public static bool HasAll(Socket socket)
    {
        Span<byte> info = stackalloc byte[SendWindow + sizeof(uint)];
        try
        {
            var length = socket.GetRawSocketOption(Tcp, TcpInfo, info);
            return length < Unacknowledged + sizeof(uint)
                || (Read(info, Unacknowledged) == 0 && (length < info.Length || Read(info, NotSent) == 0 || Read(info, SendWindow) == 0));
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

    private static uint Read(ReadOnlySpan<byte> info, int offset) => BitConverter.ToUInt32(info[offset..]);
}
