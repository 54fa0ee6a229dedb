using UsbIp.Client.Bridge.Ahead;
using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// What the kernel waits for: the table against which every reply is checked. A URB is in it from the first byte of its CMD_SUBMIT to its
/// end, which is its RET_SUBMIT or the RET_UNLINK that took its place, whichever the kernel is given first; after that no other reply may
/// reach the kernel (vhci_rx.c drops the whole device for a seqnum that is not pending), so it moves on to one of two memories:
/// <code>
///  CMD_SUBMIT -> pending -- answered by the host ----> history: one more reply is one too many, and counted
///                   '------ answered by the bridge --> owed: the host's own reply is still to come, and is no offence
/// </code>
/// Thread-safe; holds its lock for memory work alone. Allocates only until it has seen the session's usual number of URBs in flight.
/// </summary>
internal sealed class PendingUrbs(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, PendingUrb> _urbs = new(64);
    private readonly PendingUnlinks _unlinks = new(time);
    private readonly Stack<PendingUrb> _pool = new(64);
    private readonly AnsweredUrbs _history = new(BridgeLimits.HistoryLength);
    private readonly AnsweredUrbs _owed = new(BridgeLimits.OwedLength);
    private uint _ownSeqnum = uint.MaxValue; // downwards, away from vhci_hcd's counter

    /// <summary>Whether the kernel waits for anything.</summary>
    public bool Any
    {
        get
        {
            lock (_gate)
            {
                return _urbs.Count + _unlinks.Count > 0;
            }
        }
    }

    /// <summary>Enters a URB whose header the kernel has written.</summary>
    /// <exception cref="ProtocolException">The kernel already waits for this seqnum.</exception>
    public PendingUrb Add(in SubmitRequest request)
    {
        lock (_gate)
        {
            var urb = Rent();
            urb.Begin(request);
            return _urbs.TryAdd(request.Seqnum, urb)
                ? urb
                : throw new ProtocolException($"CMD_SUBMIT seqnum {request.Seqnum}: a URB with this seqnum is still pending.");
        }
    }

    /// <summary>Enters a read that the bridge itself posts, like one of the kernel's; its seqnum is the bridge's own.</summary>
    public PendingUrb AddOwn(in SubmitRequest like, AheadPipe pipe)
    {
        lock (_gate)
        {
            var urb = Rent();
            urb.Begin(like with { Seqnum = NextOwnSeqnum() }, pipe);
            urb.IsComplete = true;
            _urbs.Add(urb.Request.Seqnum, urb);
            return urb;
        }
    }

    /// <summary>Enters an unlink of the bridge's own.</summary>
    public UnlinkRequest AddOwnUnlink(DeviceId device, uint target, AheadPipe pipe)
    {
        lock (_gate)
        {
            var unlink = new UnlinkRequest(NextOwnSeqnum(), device, target);
            _unlinks.TryAdd(unlink.Seqnum, new PendingUnlink(target, pipe));
            return unlink;
        }
    }

    /// <summary>The kernel has written the URB's data and packet table too; from now on it may be answered.</summary>
    public void Complete(PendingUrb urb)
    {
        lock (_gate)
        {
            urb.IsComplete = true;
        }
    }

    public void AddUnlink(in UnlinkRequest request)
    {
        lock (_gate)
        {
            if (!_unlinks.TryAdd(request.Seqnum, new PendingUnlink(request.TargetSeqnum, null)))
            {
                throw new ProtocolException($"CMD_UNLINK seqnum {request.Seqnum}: an unlink with this seqnum is still pending.");
            }
        }
    }

    /// <summary>The pending URB of this seqnum, or null. It stays the caller's to read while the caller holds the kernel's end.</summary>
    public PendingUrb? Find(uint seqnum)
    {
        lock (_gate)
        {
            return _urbs.TryGetValue(seqnum, out var urb) ? urb : null;
        }
    }

    /// <summary>The kernel is given the URB's RET_SUBMIT: the object returns to the pool.</summary>
    public void Answer(PendingUrb urb)
    {
        lock (_gate)
        {
            End(urb, _history);
        }
    }

    /// <summary>The kernel is given the URB's end, and the host never heard of it: no reply to it can be right.</summary>
    public void Forget(PendingUrb urb)
    {
        lock (_gate)
        {
            _urbs.Remove(urb.Request.Seqnum);
            _pool.Push(urb);
        }
    }

    /// <summary>The kernel is given the URB's RET_SUBMIT although the host's reply is still to come.</summary>
    public void AnswerEarly(PendingUrb urb)
    {
        lock (_gate)
        {
            End(urb, _owed);
        }
    }

    /// <summary>
    /// The host answered this unlink. False if none with that seqnum is pending; otherwise <paramref name="status"/> is what the kernel must
    /// be told: 0 if the target's RET_SUBMIT went before, -ECONNRESET if this takes its place. An unlink of the bridge's own is told to
    /// its pipe, and the kernel nothing: not even if it was for a URB of the kernel's, which goes on waiting.
    /// </summary>
    public bool TryAnswerUnlink(uint seqnum, out UrbStatus status, out OwnUnlink? own)
    {
        lock (_gate)
        {
            return TryEndUnlink(seqnum, _history, out status, out own);
        }
    }

    /// <summary>
    /// Takes the next unlink that the host has left unanswered for the deadline. False if there is none; then <paramref name="next"/> is
    /// the time until there may be one, or null if no unlink is pending.
    /// </summary>
    public bool TryExpireUnlink(out uint seqnum, out UrbStatus status, out OwnUnlink? own, out TimeSpan? next)
    {
        lock (_gate)
        {
            (status, own) = (UrbStatus.Ok, null);
            return _unlinks.TryFindOverdue(out seqnum, out next) && TryEndUnlink(seqnum, _owed, out status, out own);
        }
    }

    /// <summary>Whether this seqnum was answered before, so that one more reply to it can be told from an invention.</summary>
    public bool TryFindAnswered(uint seqnum, out AnsweredUrb urb)
    {
        lock (_gate)
        {
            return _owed.TryFind(seqnum, out urb) || _history.TryFind(seqnum, out urb);
        }
    }

    /// <summary>Notes that a reply to an answered request was swallowed. True if the host owed it, false if it was one too many.</summary>
    public bool TrySettle(in AnsweredUrb urb)
    {
        lock (_gate)
        {
            if (!_owed.Remove(urb.Seqnum))
            {
                return false;
            }

            _history.Add(urb);
            return true;
        }
    }

    /// <summary>
    /// For the session's end: takes every URB that may be answered, oldest first. The objects do not return to the pool, so they stay the
    /// caller's.
    /// </summary>
    public IReadOnlyList<PendingUrb> TakeComplete()
    {
        lock (_gate)
        {
            var urbs = _urbs.Values.Where(urb => urb.IsComplete && urb.Pipe is null).OrderBy(urb => urb.Request.Seqnum).ToArray();
            foreach (var urb in urbs)
            {
                _history.Add(AnsweredUrb.Of(urb));
                _urbs.Remove(urb.Request.Seqnum);
            }

            return urbs;
        }
    }

    private bool TryEndUnlink(uint seqnum, AnsweredUrbs memory, out UrbStatus status, out OwnUnlink? own)
    {
        status = UrbStatus.Ok;
        own = null;
        if (!_unlinks.TryRemove(seqnum, out var unlink))
        {
            return false;
        }

        own = unlink.Pipe is null ? null : new OwnUnlink(unlink.Pipe, unlink.Target);
        if (_urbs.TryGetValue(unlink.Target, out var urb))
        {
            status = UrbStatus.Unlinked;
            if (own is null || urb.Pipe is not null)
            {
                End(urb, memory);
            }
        }

        memory.Add(AnsweredUrb.OfUnlink(seqnum));
        return true;
    }

    private PendingUrb Rent() => _pool.TryPop(out var urb) ? urb : new PendingUrb();

    private uint NextOwnSeqnum()
    {
        do
        {
            _ownSeqnum = unchecked(_ownSeqnum - 1);
        }
        while (_ownSeqnum == 0 || _urbs.ContainsKey(_ownSeqnum) || _unlinks.Contains(_ownSeqnum));

        return _ownSeqnum;
    }

    private void End(PendingUrb urb, AnsweredUrbs memory)
    {
        memory.Add(AnsweredUrb.Of(urb));
        _urbs.Remove(urb.Request.Seqnum);
        _pool.Push(urb);
    }
}
