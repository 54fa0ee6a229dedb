using UsbIp.Client.Bridge.Ahead;

namespace UsbIp.Client.Bridge;

/// <summary>An unlink that the host has not answered yet.</summary>
/// <param name="Target">The seqnum that is to be cancelled.</param>
/// <param name="Pipe">Null for the kernel's; for the bridge's own, who must know when it is over.</param>
internal readonly record struct PendingUnlink(uint Target, AheadPipe? Pipe);

/// <summary>The unlinks that the host has to answer, and since when. Not thread-safe; <see cref="PendingUrbs"/> guards it.</summary>
internal sealed class PendingUnlinks(TimeProvider time)
{
    private readonly Dictionary<uint, PendingUnlink> _unlinks = new(64);
    private readonly Queue<(uint Seqnum, long Asked)> _order = new(64); // those that were answered leave when they are met

    public int Count => _unlinks.Count;

    public bool Contains(uint seqnum) => _unlinks.ContainsKey(seqnum);

    /// <summary>False if one with this seqnum is pending already.</summary>
    public bool TryAdd(uint seqnum, in PendingUnlink unlink)
    {
        if (!_unlinks.TryAdd(seqnum, unlink))
        {
            return false;
        }

        _order.Enqueue((seqnum, time.GetTimestamp()));
        return true;
    }

    public bool TryRemove(uint seqnum, out PendingUnlink unlink) => _unlinks.Remove(seqnum, out unlink);

    /// <summary>The oldest that is pending for longer than the deadline; else <paramref name="next"/> is when there may be one, null for never.</summary>
    public bool TryFindOverdue(out uint seqnum, out TimeSpan? next)
    {
        (seqnum, next) = (0, null);
        while (_order.TryPeek(out var oldest))
        {
            var left = BridgeLimits.UnlinkDeadline - time.GetElapsedTime(oldest.Asked);
            if (_unlinks.ContainsKey(oldest.Seqnum) && left > TimeSpan.Zero)
            {
                next = left;
                return false;
            }

            _order.Dequeue();
            if (_unlinks.ContainsKey(oldest.Seqnum))
            {
                seqnum = oldest.Seqnum;
                return true;
            }
        }

        return false;
    }
}
