using System.Net.Sockets;

namespace UsbIp.Client.Remote;

/// <summary>What a host of this project's says behind the last byte of an answer. Other servers end there: they close, or say nothing.</summary>
internal static class TrailingBytes
{
    /// <summary>How long a server that does not close may say nothing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Fills the buffer; false if it cannot be filled. The connection is of no further use.</summary>
    public static bool TryRead(Socket socket, Span<byte> bytes)
    {
        socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        try
        {
            while (bytes.Length > 0)
            {
                var received = socket.Receive(bytes);
                if (received == 0)
                {
                    return false;
                }

                bytes = bytes[received..];
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
