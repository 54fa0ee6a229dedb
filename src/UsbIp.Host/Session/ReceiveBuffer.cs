using System.Net.Sockets;
using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// Reads a session's socket: headers through a small read-ahead, so that requests that arrived together cost one system call, and payloads
/// straight into where they belong. Used by the receive loop alone. Blocks; ends when the socket is shut down. The socket's receive timeout is how long
/// the peer may stop inside a message; between two messages it may be silent for as long as it likes.
/// </summary>
public sealed class ReceiveBuffer(Socket socket)
{
    /// <summary>Enough for a hundred headers, and little enough that a payload's copied beginning costs nothing.</summary>
    private const int ReadAhead = 8 * 1024;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ReadAhead, pinned: true);
    private int _start;
    private int _end;

    /// <summary>Called before each read of the socket, which may wait for the peer.</summary>
    public Action? BeforeWait { get; init; }

    /// <summary>The next header, valid until the next call; empty if the peer closed the connection between two messages.</summary>
    /// <exception cref="ProtocolException">The peer closed the connection inside the header.</exception>
    public ReadOnlySpan<byte> ReadHeader(int size)
    {
        if (_end - _start < size)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            while (_end < size)
            {
                var received = Receive(_buffer.AsSpan(_end), isInside: _end > 0);
                if (received == 0)
                {
                    return _end == 0 ? default : throw EndedInside("a header", _end, size);
                }

                _end += received;
            }
        }

        var header = _buffer.AsSpan(_start, size);
        _start += size;
        return header;
    }

    /// <exception cref="ProtocolException">The peer closed the connection inside the payload.</exception>
    public void ReadInto(Span<byte> target)
    {
        var wanted = target.Length;
        var ahead = Math.Min(_end - _start, target.Length);
        _buffer.AsSpan(_start, ahead).CopyTo(target);
        _start += ahead;
        target = target[ahead..];
        while (target.Length > 0)
        {
            var received = Receive(target, isInside: true);
            if (received == 0)
            {
                throw EndedInside("a payload", wanted - target.Length, wanted);
            }

            target = target[received..];
        }
    }

    /// <summary>Reads and throws away, so that the stream stays in step.</summary>
    public void Drain(long length)
    {
        while (length > 0)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, Receive(_buffer, isInside: true));
                if (_end == 0)
                {
                    throw new ProtocolException($"The peer closed the connection inside a payload, {length} bytes before its end.");
                }
            }

            var taken = (int)Math.Min(length, _end - _start);
            _start += taken;
            length -= taken;
        }
    }

    private static ProtocolException EndedInside(string what, int have, int wanted) =>
        new($"The peer closed the connection inside {what}, after {have} of {wanted} bytes.");

    private int Receive(Span<byte> target, bool isInside)
    {
        while (true)
        {
            BeforeWait?.Invoke();
            var received = socket.Receive(target, SocketFlags.None, out var error);
            if (error == SocketError.Success)
            {
                return received;
            }

            if (error is not (SocketError.TimedOut or SocketError.WouldBlock))
            {
                throw new SocketException((int)error);
            }

            if (isInside)
            {
                throw new ProtocolException($"The client sent no byte for {socket.ReceiveTimeout / 1000} s inside a message.");
            }
        }
    }
}
