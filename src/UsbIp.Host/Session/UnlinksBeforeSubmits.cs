using System.Diagnostics;
using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// Keeps the unlinks that came before their URB (see <see cref="EarlyUnlinks"/>) and answers each: with -ECONNRESET in its URB's place when that comes, or
/// with 0 if it has not come in time, as for every seqnum that is not in flight. Safe for use by several threads; sends on one of the pool.
/// </summary>
/// <param name="replies">Where the answers go.</param>
/// <param name="flush">Sends them when nobody else would.</param>
/// <param name="patience">How long an unlink waits for its URB.</param>
public sealed class UnlinksBeforeSubmits(ReplyQueue replies, Action flush, TimeSpan patience) : IDisposable
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(1); // what a timer can tell

    private readonly Lock _gate = new();
    private readonly EarlyUnlinks _early = new();
    private Timer? _timer; // from the first one on
    private bool _isWatching;
    private bool _isDisposed;

    /// <summary>Notes a CMD_SUBMIT. True if it was unlinked before: that unlink is answered now, and the URB is to be thrown away.</summary>
    public bool TryEnd(uint seqnum)
    {
        lock (_gate)
        {
            return _early.TryTake(seqnum, out var unlink) && replies.TryPost(Reply.Unlinked(unlink, UrbStatus.Unlinked));
        }
    }

    /// <summary>A CMD_UNLINK whose target is not in flight. True if it waits for it now; false if it is to be answered at once.</summary>
    public bool TryHold(in UnlinkRequest request)
    {
        lock (_gate)
        {
            if (!_early.TryHold(request, Stopwatch.GetTimestamp()))
            {
                return false;
            }

            Watch(patience);
            return true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }

    private void Watch(TimeSpan wait)
    {
        if (_isWatching || _isDisposed)
        {
            return;
        }

        _isWatching = true;
        _timer ??= new Timer(static unlinks => ((UnlinksBeforeSubmits)unlinks!).AnswerOverdue(), this, Timeout.Infinite, Timeout.Infinite);
        _timer.Change(wait < Least ? Least : wait, Timeout.InfiniteTimeSpan);
    }

    private void AnswerOverdue()
    {
        lock (_gate)
        {
            _isWatching = false;
            if (_isDisposed)
            {
                return;
            }

            var overdue = Stopwatch.GetTimestamp() - (long)(patience.TotalSeconds * Stopwatch.Frequency);
            while (_early.TryTakeHeldSince(overdue, out var unlink))
            {
                replies.TryPost(Reply.Unlinked(unlink, UrbStatus.Ok));
            }

            if (_early.TryFindOldest(out var since))
            {
                Watch(patience - Stopwatch.GetElapsedTime(since));
            }

            flush(); // never waits; and once disposed, nobody may
        }
    }
}
