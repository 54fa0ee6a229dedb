using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Counts second replies to requests that were answered: some hosts send a RET_SUBMIT after the RET_UNLINK that replaced it, and a few of
/// those are swallowed. A host that goes on like that is broken or hostile.
/// </summary>
internal sealed class LateReplies(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private long _windowStart = time.GetTimestamp();
    private int _count;

    /// <exception cref="ProtocolException">There were too many within a minute.</exception>
    public void Count(uint seqnum)
    {
        if (time.GetElapsedTime(_windowStart) >= Window)
        {
            _windowStart = time.GetTimestamp();
            _count = 0;
        }

        _count++;
        if (_count > BridgeLimits.LateRepliesPerMinute)
        {
            throw new ProtocolException(
                $"Reply with seqnum {seqnum}: it is the {_count}th within a minute to a request that was answered; {BridgeLimits.LateRepliesPerMinute} are allowed.");
        }
    }
}
