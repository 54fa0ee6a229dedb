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
    private int _read;

    /// <summary>The first byte, left in the socket; null if the peer closed without one, as those do who only look whether somebody listens.</summary>
    /// <exception cref="ProtocolException">None came in time: that takes a place from others.</exception>
    public byte? PeekFirstByte()
    {
        Span<byte> first = stackalloc byte[1];
        socket.ReceiveTimeout = (int)options.FirstByteTime.TotalMilliseconds;
        try
        {
            return socket.Receive(first, SocketFlags.Peek) == 0 ? null : first[0];
        }
        catch (SocketException e) when (IsTimeout(e))
        {
            throw new ProtocolException($"It sent nothing for {options.FirstByteTime.TotalSeconds:0} s.");
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
                    throw new ProtocolException($"The peer closed the connection inside its request, after {_read} bytes.");
                }

                _read += received;
                buffer = buffer[received..];
            }
            catch (SocketException e) when (IsTimeout(e))
            {
                // The deadline above says it.
            }
        }
    }

    private static bool IsTimeout(SocketException e) => e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock;
}
