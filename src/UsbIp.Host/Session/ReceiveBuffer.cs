using System.Net.Sockets;
using UsbIp.Host.Interop;
using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// Reads a session's socket: headers through a small read-ahead, so that requests that arrived together cost one system call, and payloads
/// straight into where they belong, with some of what follows them into the read-ahead. Used by the receive loop alone. Blocks; ends when the socket is
/// shut down. The socket's receive timeout is how long the peer may stop inside a message; between two messages it may be silent for as long as it likes.
/// </summary>
public sealed class ReceiveBuffer(Socket socket)
{
    /// <summary>Enough for a hundred headers, and little enough that a payload's copied beginning costs nothing.</summary>
    private const int ReadAhead = 8 * 1024;

    /// <summary>What follows a long payload is most likely the header of another long one: read further, and that payload's beginning is copied twice.</summary>
    private const int AheadOfLong = 256;

    private const int LongPayload = 4 * 1024;

    /// <summary>Bytes received after which the loop pauses for replies even though more have come: a client that sends without a break gets its answers too.</summary>
    private const int MaxWithoutPause = 128 * 1024;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ReadAhead, pinned: true);
    private int _start;
    private int _end;
    private long _sincePause;
    private bool _mayHaveMore;

    /// <summary>Called before a read of the socket that waits for the peer, and now and then before others.</summary>
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
                if (Receive(default, isInside: _end > 0) == 0)
                {
                    return _end == 0 ? default : throw EndedInside("a header", _end, size);
                }
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
        if (target.Length > 0)
        {
            (_start, _end) = (0, 0);
        }

        while (target.Length > 0)
        {
            var received = Receive(target, isInside: true);
            if (received == 0)
            {
                throw EndedInside("a payload", wanted - target.Length, wanted);
            }

            target = target[Math.Min(received, target.Length)..];
        }
    }

    /// <summary>Reads and throws away, so that the stream stays in step.</summary>
    public void Drain(long length)
    {
        while (length > 0)
        {
            if (_start == _end)
            {
                (_start, _end) = (0, 0);
                if (Receive(default, isInside: true) == 0)
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

    /// <summary>
    /// Receives into the target and, where that is full, behind what has been read ahead. A read that did not fill its room has emptied the socket, so
    /// the next one will wait, and the pause comes first; otherwise more may have come, and only a read that finds nothing leads to the pause.
    /// </summary>
    private int Receive(Span<byte> target, bool isInside)
    {
        var ahead = target.Length < LongPayload ? _buffer.AsSpan(_end) : _buffer.AsSpan(0, AheadOfLong);
        var received = -1L;
        if (_mayHaveMore && _sincePause < MaxWithoutPause)
        {
            received = VectoredReceive.Receive(socket.SafeHandle, target, ahead, wait: false);
        }

        while (received < 0)
        {
            _sincePause = 0;
            BeforeWait?.Invoke();
            received = VectoredReceive.Receive(socket.SafeHandle, target, ahead, wait: true);
            if (received < 0 && isInside)
            {
                throw new ProtocolException($"The client sent no byte for {socket.ReceiveTimeout / 1000} s inside a message.");
            }
        }

        _sincePause += received;
        _mayHaveMore = received == target.Length + ahead.Length;
        _end += (int)Math.Max(0, received - target.Length);
        return (int)received;
    }
}
