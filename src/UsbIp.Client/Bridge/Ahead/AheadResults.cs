using System.Diagnostics.CodeAnalysis;
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
    /// Takes the oldest result as the answer to the kernel's read of <paramref name="length"/> bytes. One that is longer ends it as the
    /// device's packet would have ended it: with -EOVERFLOW and what fits.
    /// </summary>
    /// <returns>A whole message, valid until the next call.</returns>
    public bool TryTake(uint seqnum, int length, [NotNullWhen(true)] out byte[]? message, out int size)
    {
        size = 0;
        if (!_results.TryDequeue(out var oldest))
        {
            message = null;
            return false;
        }

        (message, var reply) = oldest;
        _free.Push(message);
        reply = reply.ActualLength <= length
            ? reply with { Seqnum = seqnum }
            : new SubmitReply(seqnum, UrbStatus.Overflow, length);
        reply.Write(message);
        size = SubmitReply.Size + reply.ActualLength;
        return true;
    }

    public void Clear()
    {
        EndLate();
        while (_results.TryDequeue(out var result))
        {
            _free.Push(result.Message);
        }
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
