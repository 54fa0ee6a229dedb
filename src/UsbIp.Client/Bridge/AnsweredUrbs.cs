using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>What must be known of an answered request to find the end of one more reply to it.</summary>
internal readonly record struct AnsweredUrb(uint Seqnum, bool IsUnlink, UrbDirection Direction, int BufferLength, int PacketCount)
{
    public static AnsweredUrb Of(PendingUrb urb) =>
        new(urb.Request.Seqnum, IsUnlink: false, urb.Request.Direction, urb.Request.BufferLength, urb.PacketCount);

    public static AnsweredUrb OfUnlink(uint seqnum) => new(seqnum, IsUnlink: true, UrbDirection.Out, 0, 0);
}

/// <summary>
/// The last requests that were answered, in a ring: adding is one store. Looking up walks the ring, which only a reply that nobody waits
/// for costs. Not thread-safe; <see cref="PendingUrbs"/> guards it.
/// </summary>
internal sealed class AnsweredUrbs(int capacity)
{
    private readonly AnsweredUrb[] _ring = new AnsweredUrb[capacity];
    private int _next;
    private int _count;

    public void Add(in AnsweredUrb urb)
    {
        _ring[_next] = urb;
        _next = (_next + 1) % capacity;
        _count = Math.Min(_count + 1, capacity);
    }

    public bool TryFind(uint seqnum, out AnsweredUrb urb)
    {
        var index = IndexOf(seqnum);
        urb = index < 0 ? default : _ring[index];
        return index >= 0;
    }

    public bool Remove(uint seqnum)
    {
        var index = IndexOf(seqnum);
        if (index < 0)
        {
            return false;
        }

        // The oldest takes the freed place: which one the ring forgets first hardly matters, that it has no holes does.
        var oldest = (_next - _count + capacity) % capacity;
        _ring[index] = _ring[oldest];
        _count--;
        return true;
    }

    private int IndexOf(uint seqnum)
    {
        for (var age = 1; age <= _count; age++)
        {
            var index = (_next - age + capacity) % capacity;
            if (_ring[index].Seqnum == seqnum)
            {
                return index;
            }
        }

        return -1;
    }
}
