using System.Threading.Channels;

namespace UsbIp.Host.Server.Events;

/// <summary>
/// One watcher's queue. It is bounded: what does not fit is counted and forgotten with all that waits, so that a watcher that reads slowly gets one
/// overflow and then takes a snapshot, and whoever tells of events never waits. Posted to from any thread, read from one. Dispose ends watching.
/// </summary>
public sealed class EventWatcher : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Channel<DeviceEvent> _waiting;
    private readonly Action<EventWatcher> _forget;
    private long _lost;

    internal EventWatcher(int capacity, Action<EventWatcher> forget)
    {
        _waiting = Channel.CreateBounded<DeviceEvent>(capacity);
        _forget = forget;
    }

    /// <summary>
    /// The next event; or null and the number of events that were lost since the last one, after which the watcher looks how things stand now: an event
    /// that comes after that may tell what the look has shown already.
    /// </summary>
    /// <param name="patience">How long to wait for it.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <returns>Null and 0 if nothing happened in that time.</returns>
    public async Task<(DeviceEvent? Event, long Lost)> ReadAsync(TimeSpan patience, CancellationToken stop)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stop);
        waiting.CancelAfter(patience);
        try
        {
            await _waiting.Reader.WaitToReadAsync(waiting.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, 0);
        }

        return Take();
    }

    public void Dispose() => _forget(this);

    internal void Post(DeviceEvent what)
    {
        lock (_gate)
        {
            if (_lost > 0 || !_waiting.Writer.TryWrite(what))
            {
                _lost++;
            }
        }
    }

    private (DeviceEvent? Event, long Lost) Take()
    {
        lock (_gate)
        {
            if (_lost == 0)
            {
                return _waiting.Reader.TryRead(out var what) ? (what, 0) : (null, 0);
            }

            while (_waiting.Reader.TryRead(out _))
            {
                _lost++;
            }

            var lost = _lost;
            _lost = 0;
            return (null, lost);
        }
    }
}
