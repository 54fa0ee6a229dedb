using System.Diagnostics.CodeAnalysis;
using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// What the client asked for and has no answer to yet, by seqnum. The one owner of the race between a URB's completion and its unlink: whatever is
/// decided about a URB, and the posting of its reply, happens under this gate. So each URB gets exactly one of: RET_SUBMIT;
/// RET_UNLINK(-ECONNRESET) and no RET_SUBMIT; RET_SUBMIT and then RET_UNLINK(0). Never a RET_SUBMIT behind its RET_UNLINK, which would make
/// vhci_hcd drop the device (kernel: drivers/usb/usbip/vhci_rx.c, vhci_recv_ret_submit).
/// </summary>
public sealed class PendingUrbs(ReplyQueue replies, UnlinksBeforeSubmits early, Action<PendingUrb> recycle)
{
    /// <summary>Unused entries kept; they have the packets of their last use, so a swarm of them is not.</summary>
    private const int MaxFree = 128;

    private readonly Lock _gate = new();
    private readonly Dictionary<uint, PendingUrb> _bySeqnum = [];
    private readonly Stack<PendingUrb> _free = new();

    /// <summary>Called, outside of the gate, each time a URB has ended.</summary>
    public Action? Ended { get; set; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _bySeqnum.Count;
            }
        }
    }

    /// <summary>An unused entry; the caller prepares it and hands it to <see cref="Add"/> or <see cref="Return"/>.</summary>
    public PendingUrb Rent()
    {
        lock (_gate)
        {
            return _free.TryPop(out var urb) ? urb : new PendingUrb();
        }
    }

    /// <summary>Takes an entry back that no reply refers to any more.</summary>
    public void Return(PendingUrb urb)
    {
        lock (_gate)
        {
            if (_free.Count < MaxFree)
            {
                _free.Push(urb);
            }
        }
    }

    /// <exception cref="ProtocolException">A URB with the same seqnum is still in flight.</exception>
    public void Add(PendingUrb urb)
    {
        lock (_gate)
        {
            if (!_bySeqnum.TryAdd(urb.Request.Seqnum, urb))
            {
                throw new ProtocolException($"CMD_SUBMIT seqnum {urb.Request.Seqnum}: a request with that seqnum is still in flight.");
            }
        }
    }

    /// <summary>The URB leaves the device queue for the device. False if it was unlinked meanwhile: then it is the caller's to recycle.</summary>
    public bool TryStart(PendingUrb urb, UrbPhase phase = UrbPhase.Running)
    {
        lock (_gate)
        {
            if (urb.Phase == UrbPhase.Dropped)
            {
                return false;
            }

            urb.Phase = phase;
            return true;
        }
    }

    /// <summary>Whether the URB was unlinked while it waited in the device queue.</summary>
    public bool IsDropped(PendingUrb urb)
    {
        lock (_gate)
        {
            return urb.Phase == UrbPhase.Dropped;
        }
    }

    /// <summary>The URB ended, with the status in its transfer: posts what is to be answered.</summary>
    public void Complete(PendingUrb urb)
    {
        var isAnswered = true;
        lock (_gate)
        {
            if (urb.IsBeingCancelled)
            {
                urb.CompletedDuringCancel = true;
                return;
            }

            isAnswered = urb.Phase != UrbPhase.Dropped && PostLocked(urb);
        }

        Finish(urb, isAnswered);
    }

    /// <summary>
    /// CMD_UNLINK. True if <paramref name="urb"/> is with the device and has to be cancelled; everything else is answered at once, but for an unlink that came
    /// before its URB.
    /// </summary>
    public bool TryUnlink(in UnlinkRequest request, [NotNullWhen(true)] out PendingUrb? urb)
    {
        lock (_gate)
        {
            if (_bySeqnum.TryGetValue(request.TargetSeqnum, out urb))
            {
                if (urb.UnlinkSeqnum is not null)
                {
                    replies.TryPost(Reply.Unlinked(request.Seqnum, UrbStatus.Ok)); // it is being unlinked already
                    return false;
                }

                if (urb.Phase == UrbPhase.Running)
                {
                    urb.UnlinkSeqnum = request.Seqnum;
                    return true;
                }

                urb.Phase = UrbPhase.Dropped;
                _bySeqnum.Remove(request.TargetSeqnum);
                replies.TryPost(Reply.Unlinked(request.Seqnum, UrbStatus.Unlinked));
            }
        }

        if (urb is not null)
        {
            Ended?.Invoke(); // it may itself have waited for others to end
        }
        else if (!early.TryHold(request)) // not under the gate: its own is held while replies leave, and their URBs come back through this one
        {
            replies.TryPost(Reply.Unlinked(request.Seqnum, UrbStatus.Ok)); // its RET_SUBMIT is on the way, or it never was
        }

        return false;
    }

    /// <summary>
    /// A cancel begins. False if the URB has ended meanwhile. Until <see cref="EndCancel"/> the URB's transfer is neither answered nor reused.
    /// </summary>
    public bool TryBeginCancel(PendingUrb urb, uint seqnum)
    {
        lock (_gate)
        {
            if (!_bySeqnum.TryGetValue(seqnum, out var current) || current != urb || urb.Phase != UrbPhase.Running || urb.IsBeingCancelled)
            {
                return false;
            }

            urb.IsBeingCancelled = true;
            return true;
        }
    }

    public void EndCancel(PendingUrb urb)
    {
        var isAnswered = true;
        lock (_gate)
        {
            urb.IsBeingCancelled = false;
            if (!urb.CompletedDuringCancel)
            {
                return;
            }

            isAnswered = PostLocked(urb);
        }

        Finish(urb, isAnswered);
    }

    /// <summary>Adds the seqnums of the running URBs that <paramref name="isWanted"/> picks.</summary>
    public void CollectRunning(Func<PendingUrb, bool> isWanted, ICollection<(PendingUrb Urb, uint Seqnum)> found)
    {
        lock (_gate)
        {
            foreach (var (seqnum, urb) in _bySeqnum)
            {
                if (urb.Phase == UrbPhase.Running && isWanted(urb))
                {
                    found.Add((urb, seqnum));
                }
            }
        }
    }

    public bool AnyRunning(Func<PendingUrb, bool> isWanted)
    {
        lock (_gate)
        {
            foreach (var urb in _bySeqnum.Values)
            {
                if (urb.Phase == UrbPhase.Running && isWanted(urb))
                {
                    return true;
                }
            }

            return false;
        }
    }

    private void Finish(PendingUrb urb, bool isAnswered)
    {
        if (!isAnswered)
        {
            recycle(urb);
        }

        Ended?.Invoke();
    }

    /// <summary>Posts the reply. True if that reply now owns the URB; false if none does and it is to be recycled.</summary>
    private bool PostLocked(PendingUrb urb)
    {
        _bySeqnum.Remove(urb.Request.Seqnum);
        var transfer = urb.Transfer!;
        var wasCancelled = transfer.Status == UrbStatus.Unlinked;
        if (urb.UnlinkSeqnum is not { } unlinkSeqnum)
        {
            // Cancelled by ourselves, before a special request or at the session's end.
            return replies.TryPost(Reply.Submitted(urb, wasCancelled ? UrbStatus.Shutdown : transfer.Status));
        }

        if (wasCancelled && transfer.ActualLength == 0)
        {
            replies.TryPost(Reply.Unlinked(unlinkSeqnum, UrbStatus.Unlinked));
            return false;
        }

        // It ended in its own way before the cancel reached it, or got a part of its data: nothing of that is lost.
        var isPosted = replies.TryPost(Reply.Submitted(urb, transfer.Status));
        replies.TryPost(Reply.Unlinked(unlinkSeqnum, UrbStatus.Ok));
        return isPosted;
    }
}
