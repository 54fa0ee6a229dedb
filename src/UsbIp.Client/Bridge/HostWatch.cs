using Microsoft.Extensions.Logging;
using UsbIp.Client.Bridge.Ahead;
using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Keeps the promise that no task hangs in the kernel because of a host: an UNLINK which the host has not answered within
/// <see cref="BridgeLimits.UnlinkDeadline"/> is answered here, with -ECONNRESET, and the host's own late replies are swallowed. If the
/// host then sends nothing at all for <see cref="BridgeLimits.SilenceAfterUnlink"/>, it is gone, and the session ends: a plain unplug.
/// So does it when the host falls silent in the middle of a reply, for <see cref="BridgeLimits.SilenceWithinReply"/>: some drivers wait
/// for that reply without ever unlinking. A keyboard that nobody touches says nothing for hours, and no host is cut off for that. A host of our own is asked
/// instead, within a reply too, see <see cref="HostPing"/>: that tells a host that has stopped from a network that is away. A healthy host answers every
/// UNLINK, whatever its device does.
/// <para>One timer, running only while the kernel waits for something. Times come from a <see cref="TimeProvider"/>.</para>
/// </summary>
internal sealed class HostWatch : IDisposable
{
    private readonly PendingUrbs _pending;
    private readonly KernelEnd _kernel;
    private readonly ReadAhead _ahead;
    private readonly HostPing _ping;
    private readonly TimeProvider _time;
    private readonly Action<BridgeEnd> _end;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private readonly Lock _looking = new();
    private bool _isDisposed;
    private int _isArmed;
    private long _received;
    private long _receivedBefore;
    private long _silentSince;
    private long _pingLook;
    private bool _hostOwesUnlink;
    private bool _isWithinReply;

    /// <param name="pending">Where the unlinks are.</param>
    /// <param name="kernel">Where the bridge's own answers go.</param>
    /// <param name="ahead">Told of unlinks of its own.</param>
    /// <param name="ping">Asks a silent host.</param>
    /// <param name="time">The clock.</param>
    /// <param name="end">Ends the session; called on a thread of the pool.</param>
    /// <param name="logger">Notes what was answered in the host's place.</param>
    public HostWatch(
        PendingUrbs pending, KernelEnd kernel, ReadAhead ahead, HostPing ping, TimeProvider time, Action<BridgeEnd> end, ILogger logger)
    {
        (_pending, _kernel, _ahead, _ping, _time, _end, _logger) = (pending, kernel, ahead, ping, time, end, logger);
        _timer = time.CreateTimer(static watch => ((HostWatch)watch!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The kernel waits for something. Costs one read while the watch runs.</summary>
    public void Arm()
    {
        if (Volatile.Read(ref _isArmed) == 0 && Interlocked.Exchange(ref _isArmed, 1) == 0)
        {
            _silentSince = _time.GetTimestamp();
            _timer.Change(BridgeLimits.WatchInterval, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Bytes came from the host.</summary>
    public void Heard() => Volatile.Write(ref _received, _received + 1);

    /// <summary>All that came from the host was dealt with, except for the beginning of a reply, if there is one.</summary>
    public void LeftWithin(bool reply) => Volatile.Write(ref _isWithinReply, reply);

    /// <summary>Waits for a look that has begun: afterwards nothing is written any more.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        lock (_looking)
        {
            _isDisposed = true;
        }
    }

    private void Look()
    {
        lock (_looking)
        {
            if (!_isDisposed)
            {
                LookNow();
            }
        }
    }

    private void LookNow()
    {
        var heard = NoteSilence();
        var next = AnswerOverdueUnlinks();
        var silence = _time.GetElapsedTime(_silentSince);
        if (_hostOwesUnlink && silence >= BridgeLimits.SilenceAfterUnlink)
        {
            _end(BridgeEnds.Silent(silence));
            return;
        }

        if (Volatile.Read(ref _isWithinReply) && silence >= (_ping.IsAgreed ? BridgeLimits.SilenceWithinReplyAsked : BridgeLimits.SilenceWithinReply))
        {
            _end(BridgeEnds.SilentWithinReply(silence));
            return;
        }

        if (!_hostOwesUnlink && !_pending.Any)
        {
            _ping.Rest();
            Volatile.Write(ref _isArmed, 0);
            if (_pending.Any)
            {
                Arm(); // it came between the two looks, and found the watch still armed
            }

            return;
        }

        if (IsLost(heard))
        {
            _end(BridgeEnds.SilentToPing(silence));
            return;
        }

        _timer.Change(NextLook(next, silence), Timeout.InfiniteTimeSpan);
    }

    /// <summary>Looks that came early, for the sake of an unlink, don't count.</summary>
    private bool IsLost(bool heard)
    {
        if (!heard && _time.GetElapsedTime(_pingLook) < BridgeLimits.WatchInterval * 0.75)
        {
            return false;
        }

        _pingLook = _time.GetTimestamp();
        if (heard)
        {
            _ping.Rest();
        }

        return !heard && _ping.IsLost();
    }

    /// <summary>As soon as there is something to decide: half a second too late would break the promise of 3 s.</summary>
    private TimeSpan NextLook(TimeSpan? nextUnlink, TimeSpan silence)
    {
        var next = nextUnlink < BridgeLimits.WatchInterval ? nextUnlink.Value : BridgeLimits.WatchInterval;
        var left = BridgeLimits.SilenceAfterUnlink - silence;
        return _hostOwesUnlink && left < next ? left : next;
    }

    /// <summary>True if the host has said something since the last look.</summary>
    private bool NoteSilence()
    {
        var received = Volatile.Read(ref _received);
        if (received == _receivedBefore)
        {
            return false;
        }

        _receivedBefore = received;
        _silentSince = _time.GetTimestamp();
        _hostOwesUnlink = false;
        return true;
    }

    /// <summary>Behind what is held back from the kernel, which may be the end of the very URB, for an unlink of the bridge's own that is overdue by then as well.</summary>
    private void AnswerUnlink(in UnlinkReply reply)
    {
        Span<byte> message = stackalloc byte[UnlinkReply.Size];
        reply.Write(message);
        if (!_ahead.TryHold(message))
        {
            _kernel.Write(message);
        }
    }

    private TimeSpan? AnswerOverdueUnlinks()
    {
        TimeSpan? next;
        lock (_kernel.Gate)
        {
            while (_pending.TryExpireUnlink(out var seqnum, out var status, out var own, out next))
            {
                if (own is { } ours)
                {
                    ours.Pipe.TakeUnlinkReply(ours.Target);
                }
                else
                {
                    AnswerUnlink(new UnlinkReply(seqnum, status));
                    Log.AnsweredUnlink(_logger, seqnum, (int)status);
                }

                _ahead.Settle();

                if (status == UrbStatus.Unlinked && !_hostOwesUnlink)
                {
                    _hostOwesUnlink = true;
                    _silentSince = _time.GetTimestamp();
                }
            }
        }

        return next;
    }
}
