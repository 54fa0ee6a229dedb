using UsbIp.Protocol;
using UsbIp.Shared;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Counts second replies to requests that were answered: some hosts send a RET_SUBMIT after the RET_UNLINK that replaced it, and a few of
/// those are swallowed. A host that goes on like that is broken or hostile.
/// </summary>
internal sealed class LateReplies(TimeProvider time)
{
    private readonly RateWindow _minute = new(TimeSpan.FromMinutes(1), time);

    /// <exception cref="ProtocolException">There were too many within a minute.</exception>
    public void Count(uint seqnum)
    {
        var count = _minute.Count();
        if (count > BridgeLimits.LateRepliesPerMinute)
        {
            throw new ProtocolException(
                $"Reply with seqnum {seqnum}: it is the {count}th within a minute to a request that was answered; {BridgeLimits.LateRepliesPerMinute} are allowed.");
        }
    }
}
