using UsbIp.Protocol;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>
/// What own reads brought before the kernel asked: whole RET_SUBMIT messages, oldest first. Their number is bounded by the number of own
/// reads that are posted; the arrays are used again. Not thread-safe.
/// </summary>
internal sealed class AheadResults
{
    private readonly Queue<(byte[] Message, SubmitReply Reply)> _results = new();
    private readonly List<(byte[] Message, SubmitReply Reply)> _late = [];
    private readonly Stack<byte[]> _free = new();
    private int _taken; // bytes of the oldest result that were given already

    public int Count => _results.Count;

    /// <summary>Keeps a reply and the data behind it.</summary>
    public void Add(in SubmitReply reply, ReadOnlySpan<byte> data) => _results.Enqueue((Copy(data), reply));

    /// <summary>Keeps one of several that come in any order, until all are there: own seqnums go down, so that of the oldest is the highest.</summary>
    public void AddLate(in SubmitReply reply, ReadOnlySpan<byte> data)
    {
        var index = _late.Count;
        while (index > 0 && unchecked((int)(reply.Seqnum - _late[index - 1].Reply.Seqnum)) > 0)
        {
            index--;
        }

        _late.Insert(index, (Copy(data), reply));
    }

    /// <summary>All are there.</summary>
    public void EndLate()
    {
        _late.ForEach(_results.Enqueue);
        _late.Clear();
    }

    /// <summary>
    /// Takes the oldest result as the answer to the kernel's read of <paramref name="length"/> bytes. Of one that is longer it takes the packets which
    /// that read would have taken from the device, and the next read finds the others; a packet that does not fit ends the read with -EOVERFLOW, and what
    /// does not fit of it is lost, as it is without us.
    /// </summary>
    /// <param name="seqnum">The kernel's read.</param>
    /// <param name="length">How long it is.</param>
    /// <param name="packetSize">The endpoint's, in bytes.</param>
    /// <param name="message">The whole answer, valid until the next call.</param>
    public bool TryTake(uint seqnum, int length, int packetSize, out ReadOnlySpan<byte> message)
    {
        message = [];
        if (!_results.TryPeek(out var oldest))
        {
            return false;
        }

        var left = oldest.Reply.ActualLength - _taken;
        var taken = left;
        var reply = oldest.Reply with { Seqnum = seqnum, ActualLength = left };
        if (left > length)
        {
            taken = Math.Min(left, Math.Max(1, (length + packetSize - 1) / packetSize) * packetSize);
            reply = new SubmitReply(seqnum, taken > length ? UrbStatus.Overflow : UrbStatus.Ok, length);
        }

        var answer = oldest.Message.AsSpan(_taken, SubmitReply.Size + reply.ActualLength);
        reply.Write(answer); // over the end of what was given before
        message = answer;
        _taken += taken;
        if (taken == left)
        {
            DropOldest();
        }

        return true;
    }

    public void Clear()
    {
        EndLate();
        while (_results.Count > 0)
        {
            DropOldest();
        }
    }

    private void DropOldest()
    {
        _free.Push(_results.Dequeue().Message);
        _taken = 0;
    }

    /// <summary>A message with the data behind the place of its header.</summary>
    private byte[] Copy(ReadOnlySpan<byte> data)
    {
        if (!_free.TryPop(out var message) || message.Length < SubmitReply.Size + data.Length)
        {
            message = new byte[SubmitReply.Size + data.Length];
        }

        data.CopyTo(message.AsSpan(SubmitReply.Size));
        return message;
    }
}
