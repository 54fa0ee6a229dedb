using System.Buffers;
using System.Runtime.InteropServices;
using UsbIp.Client.Interop;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Sends to the host without ever stopping the thread that reads the kernel's end for long: that thread must go on to see UNLINKs. As long
/// as the host reads, sending is one blocking send(2) and nothing else. When the host has not taken all of it within
/// <see cref="BridgeLimits.SendPatience"/> (the socket's send timeout), the rest goes to a backlog, which a thread of its own drains, and
/// order is kept by sending behind the backlog until it is empty. A backlog over <see cref="BridgeLimits.MaxBacklog"/> ends the session.
/// The lock is held while sending directly, so at most for that patience.
/// </summary>
internal sealed class HostWriter(BlockingSocket socket)
{
    private readonly object _gate = new();
    private readonly Queue<ArraySegment<byte>> _backlog = new();
    private Thread? _drainer;
    private int _backlogBytes;
    private int _drainError;
    private readonly List<byte> _own = []; // requests of the bridge's own that wait for the end of the kernel's
    private bool _isWithinRequest;
    private bool _isClosed;

    /// <summary>Sends, or queues what the host doesn't take. Null, or why the session must end.</summary>
    /// <param name="bytes">The kernel's requests, whole ones or parts.</param>
    /// <param name="isFollowed">More is about to be sent; the network need not carry this by itself (MSG_MORE: for 200 ms at most).</param>
    /// <param name="isWithinRequest">They end within a request: nothing but its rest may come behind them.</param>
    public BridgeEnd? Send(ReadOnlySpan<byte> bytes, bool isFollowed = false, bool isWithinRequest = false)
    {
        lock (_gate)
        {
            var failure = SendLocked(bytes, isFollowed || (_own.Count > 0 && !isWithinRequest));
            _isWithinRequest = isWithinRequest;
            if (failure is null && _own.Count > 0 && !isWithinRequest)
            {
                failure = SendLocked(CollectionsMarshal.AsSpan(_own), isFollowed);
                _own.Clear();
            }

            return failure;
        }
    }

    /// <summary>Sends whole requests of the bridge's own, from any thread; they wait until a request of the kernel's that is half sent is whole.</summary>
    public BridgeEnd? SendOwn(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_isWithinRequest)
            {
                _own.AddRange(bytes);
                return null;
            }

            return SendLocked(bytes, isFollowed: false);
        }
    }

    /// <summary>Gives up what is still queued and ends the drainer. The socket must be shut down before, so that no send blocks.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }

        _drainer?.Join();
    }

    private BridgeEnd? SendLocked(ReadOnlySpan<byte> bytes, bool isFollowed)
    {
        if (_drainError != 0)
        {
            return BridgeEnds.Lost(_drainError);
        }

        if (_backlogBytes == 0)
        {
            var sent = socket.Send(bytes, isFollowed);
            if (sent < 0 && sent != -LibC.Eagain)
            {
                return BridgeEnds.Lost(-sent);
            }

            bytes = bytes[Math.Max(0, sent)..];
        }

        return bytes.IsEmpty ? null : Queue(bytes);
    }

    private BridgeEnd? Queue(ReadOnlySpan<byte> bytes)
    {
        if (_backlogBytes + bytes.Length > BridgeLimits.MaxBacklog)
        {
            return BridgeEnds.BacklogFull(_backlogBytes);
        }

        var chunk = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(chunk);
        _backlog.Enqueue(new ArraySegment<byte>(chunk, 0, bytes.Length));
        _backlogBytes += bytes.Length;
        if (_drainer is null)
        {
            _drainer = new Thread(Drain) { IsBackground = true, Name = "bridge backlog" };
            _drainer.Start();
        }

        Monitor.Pulse(_gate);
        return null;
    }

    private void Drain()
    {
        while (TryPeek(out var chunk))
        {
            var error = SendWhole(chunk);
            ArrayPool<byte>.Shared.Return(chunk.Array!);
            lock (_gate)
            {
                _backlog.Dequeue();
                _backlogBytes -= chunk.Count;
                _drainError = error;
                _isClosed |= error != 0;
            }
        }
    }

    private bool TryPeek(out ArraySegment<byte> chunk)
    {
        lock (_gate)
        {
            while (_backlog.Count == 0 && !_isClosed)
            {
                Monitor.Wait(_gate);
            }

            chunk = _isClosed ? default : _backlog.Peek();
            return !_isClosed;
        }
    }

    /// <summary>0, or the errno that ended the connection: shutting the socket down gives EPIPE, so this always ends.</summary>
    private int SendWhole(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var sent = socket.Send(bytes);
            if (sent < 0 && sent != -LibC.Eagain)
            {
                return -sent;
            }

            bytes = bytes[Math.Max(0, sent)..];
        }

        return 0;
    }
}
