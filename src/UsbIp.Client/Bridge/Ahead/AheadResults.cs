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
    private readonly Stack<byte[]> _free = new();

    public int Count => _results.Count;

    /// <summary>Keeps a reply and the data behind it.</summary>
    public void Add(in SubmitReply reply, ReadOnlySpan<byte> data)
    {
        if (!_free.TryPop(out var message) || message.Length < SubmitReply.Size + data.Length)
        {
            message = new byte[SubmitReply.Size + data.Length];
        }

        data.CopyTo(message.AsSpan(SubmitReply.Size));
        _results.Enqueue((message, reply));
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
        while (_results.TryDequeue(out var result))
        {
            _free.Push(result.Message);
        }
    }
}
