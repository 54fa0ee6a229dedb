using System.Net.Sockets;
using UsbIp.Protocol;

namespace UsbIp.Client.Remote;

/// <summary>What a host offers behind the last byte of its device list. Other servers end there: they close, or say nothing.</summary>
internal static class HostOffer
{
    /// <param name="socket">A connection whose device list has been read.</param>
    /// <param name="patience">How long a server may keep the connection open and say nothing.</param>
    public static Extensions Read(Socket socket, TimeSpan patience)
    {
        Span<byte> trailer = stackalloc byte[ExtensionTail.TrailerSize];
        socket.ReceiveTimeout = (int)patience.TotalMilliseconds;
        try
        {
            for (var read = 0; read < trailer.Length;)
            {
                var received = socket.Receive(trailer[read..]);
                if (received == 0)
                {
                    return Extensions.None;
                }

                read += received;
            }

            return ExtensionTail.ReadTrailer(trailer);
        }
        catch (SocketException)
        {
            return Extensions.None;
        }
    }
}
