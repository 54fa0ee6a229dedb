using UsbIp.Protocol;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>
/// One IN endpoint that is read before the kernel asks. Own reads are at the host; what they bring goes to the kernel's reads in order:
/// <code>
///   kernel's read --> a result is there: answered at once
///                 --> own reads are under way: waits here for the next of them
///                 --> neither: it goes to the host as it always would
/// </code>
/// A byte that the device gave is kept until the kernel reads the endpoint again, or has the device forget it. After an error nothing that
/// was read ahead of it is trusted: own reads are cancelled, and until the host has confirmed that, the kernel's reads wait.
/// Everything is called with the kernel's end held.
/// </summary>
internal sealed class AheadPipe(PendingUrbs pending, KernelEnd kernel, HostWriter host)
{
    private readonly List<uint> _own = [];
    private readonly Queue<PendingUrb> _waiting = new();
    private readonly Queue<PendingUrb> _delayed = new(); // requests that must come behind the end of own reads
    private readonly AheadResults _results = new();
    private int _unlinks;
    private bool _isForgetting; // what cancelled reads still bring

    /// <summary>The endpoint's, in bytes, as its interface is set now.</summary>
    public int PacketSize { get; set; } = 1;

    /// <summary>Own reads at the host.</summary>
    public int InFlight => _own.Count;

    /// <summary>Own reads that nobody has asked for yet, at the host or come back.</summary>
    public int Lead => _own.Count + _results.Count - _waiting.Count;

    /// <summary>Whether the endpoint is as if nobody had ever read ahead.</summary>
    public bool IsQuiet => _own.Count == 0 && _waiting.Count == 0 && _results.Count == 0 && !IsCancelling;

    public bool IsCancelling => _unlinks > 0;

    /// <summary>Takes the kernel's read over: answers it, or keeps it for the next own read. False if it must go to the host.</summary>
    public bool TryTake(PendingUrb urb)
    {
        if (_waiting.Count == 0 && TryAnswer(urb))
        {
            return true;
        }

        if (!IsCancelling && _own.Count <= _waiting.Count)
        {
            return false;
        }

        _waiting.Enqueue(urb);
        return true;
    }

    /// <summary>Posts own reads like the kernel's, behind everything that was sent to the host.</summary>
    public BridgeEnd? Post(in SubmitRequest like, int count)
    {
        Span<byte> messages = stackalloc byte[SubmitRequest.Size * count];
        for (var index = 0; index < count; index++)
        {
            var request = pending.AddOwn(like, this).Request;
            _own.Add(request.Seqnum);
            request.Write(messages[(index * SubmitRequest.Size)..]);
        }

        return host.SendOwn(messages);
    }

    /// <summary>An own read came back; <paramref name="message"/> is the whole of it, checked.</summary>
    public Verdict TakeReply(PendingUrb own, in SubmitReply reply, Span<byte> message)
    {
        var wasCancelled = !_own.Remove(reply.Seqnum);
        pending.Answer(own);
        if (wasCancelled)
        {
            TakeCancelled(reply, message[SubmitReply.Size..]);
            return Verdict.Swallow(message.Length);
        }

        if (reply.Status != UrbStatus.Ok)
        {
            Cancel(own.Request.DeviceId);
            if (reply is { Status: UrbStatus.NoMemory, ActualLength: 0 })
            {
                return Verdict.Swallow(message.Length); // the host has no room for more reads than the driver's: those go to it themselves
            }
        }

        var checkedReply = new SubmitReply(reply.Seqnum, StatusAllowList.Filter(reply.Status), reply.ActualLength);
        if (_results.Count == 0 && _waiting.TryPeek(out var urb) && reply.ActualLength <= urb.Request.BufferLength)
        {
            _waiting.Dequeue();
            (checkedReply with { Seqnum = urb.Request.Seqnum }).Write(message);
            pending.Answer(urb);
            return Verdict.Forward(message.Length);
        }

        _results.Add(checkedReply, message[SubmitReply.Size..]);
        return Verdict.Swallow(message.Length);
    }

    /// <summary>The host has confirmed, or has not in time, that one of the own reads is cancelled.</summary>
    public void TakeUnlinkReply(uint target)
    {
        _own.Remove(target);
        _unlinks--;
        if (!IsCancelling)
        {
            _isForgetting = false;
            _results.EndLate();
        }
    }

    /// <summary>Cancels own reads. What they have brought by then is kept.</summary>
    public void Cancel(DeviceId device)
    {
        foreach (var seqnum in _own)
        {
            SendUnlink(device, seqnum);
        }

        // One unlink each: those that are under way are not asked for twice.
        _own.Clear();
    }

    /// <summary>Sends an unlink of the bridge's own; the answer comes back to <see cref="TakeUnlinkReply"/>.</summary>
    public void SendUnlink(DeviceId device, uint target)
    {
        Span<byte> message = stackalloc byte[UnlinkRequest.Size];
        pending.AddOwnUnlink(device, target, this).Write(message);
        _unlinks++;
        _ = host.SendOwn(message); // a lost host is noticed by whoever reads from it
    }

    /// <summary>
    /// Cancels own reads, and keeps a request of the kernel's back until the host has confirmed that: the request changes what they would
    /// bring. False if there are none.
    /// </summary>
    public bool TryDelay(PendingUrb urb)
    {
        Cancel(urb.Request.DeviceId);
        if (!IsCancelling)
        {
            return false;
        }

        _delayed.Enqueue(urb);
        return true;
    }

    /// <summary>Takes back a request of the kernel's that waits here, because the kernel unlinks it. False if it does not.</summary>
    public bool TryRemove(PendingUrb urb) => TryRemove(_waiting, urb) || TryRemove(_delayed, urb);

    /// <summary>Forgets what was read, for a device that was reset or set up anew; also what cancelled reads still bring.</summary>
    public void Drop()
    {
        _results.Clear();
        _isForgetting = IsCancelling;
    }

    /// <summary>Gives what has come to whoever waits; once own reads are out of the way, the kernel's requests that still wait go to the host.</summary>
    public void Settle()
    {
        while (_waiting.TryPeek(out var urb) && TryAnswer(urb))
        {
            _waiting.Dequeue();
        }

        while (!IsCancelling && _delayed.TryDequeue(out var urb))
        {
            Send(urb);
        }

        while (!IsCancelling && _waiting.Count > _own.Count && _waiting.TryDequeue(out var urb))
        {
            Send(urb);
        }
    }

    /// <summary>Lets go of the kernel's requests that wait here.</summary>
    public void Release()
    {
        _waiting.Clear();
        _delayed.Clear();
    }

    private static bool TryRemove(Queue<PendingUrb> queue, PendingUrb urb)
    {
        var found = false;
        for (var left = queue.Count; left > 0; left--)
        {
            var other = queue.Dequeue();
            if (other == urb)
            {
                found = true;
            }
            else
            {
                queue.Enqueue(other);
            }
        }

        return found;
    }

    /// <summary>
    /// What a cancelled read had brought by then is as good as any, but it comes late: the host answers one that it was cancelling after others. Its
    /// status would end a read that nobody cancelled, and with that a driver's reading: drivers/usb/serial/generic.c throws the bytes away and does
    /// not post that read again.
    /// </summary>
    private void TakeCancelled(in SubmitReply reply, ReadOnlySpan<byte> data)
    {
        if (reply.ActualLength > 0 && !_isForgetting)
        {
            var status = reply.Status is UrbStatus.Unlinked or UrbStatus.NoEntry ? UrbStatus.Ok : StatusAllowList.Filter(reply.Status);
            _results.AddLate(new SubmitReply(reply.Seqnum, status, reply.ActualLength), data);
        }
    }

    private void Send(PendingUrb urb)
    {
        Span<byte> message = stackalloc byte[SubmitRequest.Size];
        urb.Request.Write(message);
        _ = host.SendOwn(message);
    }

    private bool TryAnswer(PendingUrb urb)
    {
        if (!_results.TryTake(urb.Request.Seqnum, urb.Request.BufferLength, PacketSize, out var message))
        {
            return false;
        }

        kernel.Write(message);
        pending.Answer(urb);
        return true;
    }
}
