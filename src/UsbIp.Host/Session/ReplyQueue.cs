namespace UsbIp.Host.Session;

/// <summary>
/// Replies in the order in which they leave. Bounded: a URB's own reply is paid for by its budget, refusals and unlinks are not, so a peer
/// that provokes them and never reads overflows the queue. Safe for use by several threads.
/// </summary>
public sealed class ReplyQueue(int limit)
{
    private readonly Lock _gate = new();
    private readonly Queue<Reply> _replies = new();
    private bool _closed;

    /// <summary>True once more than the limit were waiting; the session is to end.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Adds a reply. False if the queue is closed: then the caller still owns the reply's URB.</summary>
    public bool TryPost(in Reply reply)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return false;
            }

            _replies.Enqueue(reply);
            Overflowed |= _replies.Count > limit;
            return true;
        }
    }

    public bool TryTake(out Reply reply)
    {
        lock (_gate)
        {
            return _replies.TryDequeue(out reply);
        }
    }

    /// <summary>From now on nothing is taken in; what is in can still be taken out.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }
    }
}
