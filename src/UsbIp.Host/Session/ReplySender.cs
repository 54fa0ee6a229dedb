using System.Diagnostics;
using System.Net.Sockets;

namespace UsbIp.Host.Session;

/// <summary>
/// Sends replies on whatever thread has some, without ever making that thread wait: what the socket does not take at once goes on to the
/// session's writer thread, which is started when that first happens. One of them sends at a time, so replies keep their order.
/// </summary>
public sealed class ReplySender : IDisposable
{
    private readonly Socket _socket;
    private readonly ReplyQueue _replies;
    private readonly Action<PendingUrb> _recycle;
    private readonly Action<string> _broken;
    private readonly TimeSpan _stall;
    private readonly string _name;
    private readonly ReplyBatch _batch = new();
    private readonly object _gate = new(); // a monitor: the writer and whoever waits for idleness sleep on it
    private Thread? _writer;
    private Reply? _held;
    private bool _sending;
    private bool _again;
    private bool _writerTurn;
    private int _idleWaiters;
    private volatile bool _stopped;

    /// <param name="socket">The client's connection, blocking.</param>
    /// <param name="replies">What to send.</param>
    /// <param name="recycle">Takes each URB back when its reply has left.</param>
    /// <param name="broken">Told, once, why nothing can be sent any more. Must not wait.</param>
    /// <param name="stall">How long the full socket may take no byte.</param>
    /// <param name="name">The session's name, for its thread.</param>
    public ReplySender(
        Socket socket, ReplyQueue replies, Action<PendingUrb> recycle, Action<string> broken, TimeSpan stall, string name)
    {
        (_socket, _replies, _recycle, _broken, _stall, _name) = (socket, replies, recycle, broken, stall, name);
    }

    /// <summary>Sends what is queued, as far as the socket takes it now. Any thread; never waits.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_sending)
            {
                _again = true; // whoever is sending looks once more before it leaves
                return;
            }

            _sending = true;
        }

        if (!SendQueued())
        {
            HandToWriter();
        }
    }

    /// <summary>Sends what is queued and waits until it has left, at most that long. False if it has not, or if sending broke: half a reply may have left then.</summary>
    public bool WaitUntilIdle(TimeSpan limit)
    {
        Flush();
        var watch = Stopwatch.StartNew();
        lock (_gate)
        {
            _idleWaiters++;
            while (_sending)
            {
                var left = limit - watch.Elapsed; // being woken is not yet being idle
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                {
                    break;
                }
            }

            _idleWaiters--;
            return !_sending && !_stopped;
        }
    }

    /// <summary>
    /// Ends sending and recycles what was not sent. The socket must be shut down by then, so that nobody waits for it to take bytes.
    /// </summary>
    public void Dispose()
    {
        _stopped = true;
        _replies.Close();
        Flush();
        lock (_gate)
        {
            _idleWaiters++; // for good: from here on each change is told to the writer, which leaves when nobody sends any more
            Monitor.PulseAll(_gate);
            while (_sending)
            {
                Monitor.Wait(_gate); // ends: with the socket shut down, sending fails at once
            }
        }

        _writer?.Join();
        _batch.Dispose();
    }

    /// <summary>Sends batch after batch. False if the socket is full; whoever called still is the sender then.</summary>
    private bool SendQueued()
    {
        while (true)
        {
            if (_batch.IsEmpty && !FillBatch())
            {
                if (TryGoIdle())
                {
                    return true;
                }

                continue;
            }

            if (!_stopped && !_batch.TrySend(_socket.SafeHandle, out var error))
            {
                Break($"the connection broke (errno {error})");
            }

            if (!_stopped && !_batch.IsEmpty)
            {
                return false;
            }

            RecycleBatch();
        }
    }

    private bool TryGoIdle()
    {
        lock (_gate)
        {
            if (_again)
            {
                _again = false;
                return false;
            }

            _sending = false;
            if (_idleWaiters > 0) // the writer sleeps here as well, and has nothing to do: not for every reply
            {
                Monitor.PulseAll(_gate);
            }

            return true;
        }
    }

    private bool FillBatch()
    {
        var any = false;
        while (TryTakeReply(out var reply))
        {
            if (!_batch.HasRoomFor(reply))
            {
                _held = reply;
                break;
            }

            _batch.Add(reply);
            any = true;
        }

        return any;
    }

    private bool TryTakeReply(out Reply reply)
    {
        if (_held is { } held)
        {
            (_held, reply) = (null, held);
            return true;
        }

        return _replies.TryTake(out reply);
    }

    private void RecycleBatch()
    {
        foreach (var urb in _batch.Urbs)
        {
            _recycle(urb);
        }

        _batch.Clear();
    }

    private void HandToWriter()
    {
        lock (_gate)
        {
            _writerTurn = true;
            if (_writer is null)
            {
                _writer = new Thread(WriteLoop, 256 * 1024) { IsBackground = true, Name = $"write {_name}" };
                _writer.Start();
            }

            Monitor.PulseAll(_gate);
        }
    }

    private void WriteLoop()
    {
        while (true)
        {
            lock (_gate)
            {
                while (!_writerTurn && (!_stopped || _sending)) // who sends may just have found the socket full, and hand over yet
                {
                    Monitor.Wait(_gate);
                }

                if (!_writerTurn)
                {
                    return;
                }

                _writerTurn = false;
            }

            do
            {
                if (!_stopped && !_socket.Poll(_stall, SelectMode.SelectWrite))
                {
                    Break($"the client took no byte for {_stall.TotalSeconds:0} s");
                }
            }
            while (!SendQueued());
        }
    }

    private void Break(string reason)
    {
        _stopped = true;
        _replies.Close();
        _broken(reason);
    }
}
