namespace UsbIp.Protocol;

/// <summary>
/// Finds the unlinks that come before their URB. vhci_hcd sends all submits that wait, then all unlinks that wait (vhci_tx.c, vhci_tx_loop); a URB that
/// is submitted and unlinked between the two is unlinked on the wire before it is submitted. Answered at once, that unlink makes the kernel free the
/// URB while its sending thread works on it, and drop the device when the URB's own reply comes: "cannot find a urb of seqnum" (vhci_rx.c,
/// vhci_recv_ret_submit). So such an unlink waits for its URB, and then takes the place of its reply.
/// <para>One instance per session, told of every request in the order in which they came. Not thread-safe.</para>
/// </summary>
public sealed class EarlyUnlinks
{
    /// <summary>vhci_hcd can have a few on the way; more come from a client that invents them, and are not kept.</summary>
    private const int MaxHeld = 64;

    private readonly List<(uint Seqnum, uint Target, long Since)> _held = []; // oldest first
    private uint _newest;
    private bool _hasSubmitted;

    /// <summary>
    /// Notes a CMD_SUBMIT. True if its CMD_UNLINK, of seqnum <paramref name="unlink"/>, came before it: then the URB is not to be carried out.
    /// </summary>
    public bool TryTake(uint seqnum, out uint unlink)
    {
        if (!_hasSubmitted || IsAfter(seqnum, _newest))
        {
            (_newest, _hasSubmitted) = (seqnum, true);
        }

        var index = IndexOf(seqnum);
        unlink = index < 0 ? 0 : _held[index].Seqnum;
        if (index >= 0)
        {
            _held.RemoveAt(index);
        }

        return index >= 0;
    }

    /// <summary>
    /// A CMD_UNLINK whose target is not in flight. True if its target is still to come: then it is kept, and to be answered when that comes.
    /// False for a target that was answered already, as vhci_hcd's seqnums only grow.
    /// </summary>
    /// <param name="request">The unlink.</param>
    /// <param name="now">The reading of the caller's clock, for <see cref="TryTakeHeldSince"/>; those of one session never fall.</param>
    public bool TryHold(in UnlinkRequest request, long now = 0)
    {
        var target = request.TargetSeqnum;
        var isToCome = IsAfter(request.Seqnum, target) && (!_hasSubmitted || IsAfter(target, _newest)); // the unlink got its own seqnum later
        if (!isToCome || _held.Count == MaxHeld || IndexOf(target) >= 0)
        {
            return false;
        }

        _held.Add((request.Seqnum, target, now));
        return true;
    }

    /// <summary>The reading of the clock when the unlink that waits longest came. False if none waits.</summary>
    public bool TryFindOldest(out long since)
    {
        since = _held.Count > 0 ? _held[0].Since : 0;
        return _held.Count > 0;
    }

    /// <summary>Takes an unlink that came at that reading of the clock, or before. False if none did.</summary>
    public bool TryTakeHeldSince(long time, out uint unlink)
    {
        var isThere = _held.Count > 0 && _held[0].Since <= time;
        unlink = isThere ? _held[0].Seqnum : 0;
        if (isThere)
        {
            _held.RemoveAt(0);
        }

        return isThere;
    }

    /// <summary>Of the unlink that waits for this seqnum. Every CMD_SUBMIT comes by here, so it allocates nothing.</summary>
    private int IndexOf(uint target)
    {
        for (var index = 0; index < _held.Count; index++)
        {
            if (_held[index].Target == target)
            {
                return index;
            }
        }

        return -1;
    }

    /// <summary>The counter wraps; and the seqnums that usbip-client gives to reads of its own, down from the highest, lie behind all others.</summary>
    private static bool IsAfter(uint seqnum, uint other) => unchecked((int)(seqnum - other)) > 0;
}
