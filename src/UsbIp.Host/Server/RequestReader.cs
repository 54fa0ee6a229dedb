using System.Diagnostics;
using System.Net.Sockets;
using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>
/// Reads a connection's request against the clock: a peer that sends a byte now and then gets no more time than one that sends
/// none. Synchronous, because the same socket carries URBs later: one that was ever used asynchronously stays non-blocking.
/// </summary>
public sealed class RequestReader(Socket socket, ServerOptions options)
{
    private readonly long _started = Stopwatch.GetTimestamp();

    /// <summary>The first byte, left in the socket; null if none came in time or the peer closed.</summary>
    public byte? PeekFirstByte()
    {
        Span<byte> first = stackalloc byte[1];
        socket.ReceiveTimeout = (int)options.FirstByteTime.TotalMilliseconds;
        try
        {
            return socket.Receive(first, SocketFlags.Peek) == 0 ? null : first[0];
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Fills the buffer.</summary>
    /// <exception cref="ProtocolException">The peer took too long, or closed inside the request.</exception>
    public void Read(Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var left = options.RequestTime - Stopwatch.GetElapsedTime(_started);
            if (left <= TimeSpan.Zero)
            {
                throw new ProtocolException($"The request was not complete after {options.RequestTime.TotalSeconds:0} s.");
            }

            socket.ReceiveTimeout = Math.Max(1, (int)left.TotalMilliseconds);
            try
            {
                var received = socket.Receive(buffer);
                if (received == 0)
                {
                    throw new ProtocolException("The peer closed the connection inside its request.");
                }

                buffer = buffer[received..];
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                // The deadline above says it.
            }
        }
    }
}
