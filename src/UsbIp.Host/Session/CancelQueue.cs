namespace UsbIp.Host.Session;

/// <summary>
/// A session's thread for cancels, which block: USBDEVFS_DISCARDURB waits for the bus. Not the one of <see cref="DeviceQueue"/>, where an UNLINK would
/// wait for the special request before it. As long as nothing is cancelled the thread does not exist.
/// </summary>
/// <param name="calls">Cancels.</param>
/// <param name="failed">Told why the session cannot go on.</param>
/// <param name="limit">Cancels that may wait. A URB that has ended meanwhile still counts, so while the device hangs in one, nothing else bounds them.</param>
/// <param name="name">The session's name, for its thread.</param>
public sealed class CancelQueue(DeviceCalls calls, Action<string> failed, int limit, string name) : IDisposable
{
    private readonly object _gate = new(); // a monitor: the thread sleeps on it
    private readonly Queue<(PendingUrb Urb, uint Seqnum)> _cancels = new();
    private Thread? _thread;
    private bool _stopped;

    /// <summary>Cancels the URB if it still runs under that seqnum. Returns at once; false if too many wait.</summary>
    public bool TryAdd(PendingUrb urb, uint seqnum)
    {
        lock (_gate)
        {
            if (_cancels.Count >= limit)
            {
                return false;
            }

            _cancels.Enqueue((urb, seqnum));
            if (_thread is null && !_stopped)
            {
                _thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = $"cancel {name}" };
                _thread.Start();
            }

            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Ends the thread. What was not cancelled by then goes on.</summary>
    public void Dispose()
    {
        Thread? thread;
        lock (_gate)
        {
            _stopped = true;
            thread = _thread;
            Monitor.Pulse(_gate);
        }

        thread?.Join();
    }

    private void Run()
    {
        while (TryTake(out var cancel))
        {
            try
            {
                calls.Cancel(cancel.Urb, cancel.Seqnum);
            }
            catch (Exception e) // on a thread of our own it would end the process
            {
                failed($"cancelling seqnum {cancel.Seqnum}: {e.GetType().Name}: {e.Message}");
            }
        }
    }

    /// <summary>Waits for the next cancel. False once the queue was disposed.</summary>
    private bool TryTake(out (PendingUrb Urb, uint Seqnum) cancel)
    {
        lock (_gate)
        {
            while (!_stopped && _cancels.Count == 0)
            {
                Monitor.Wait(_gate);
            }

            cancel = default;
            return !_stopped && _cancels.TryDequeue(out cancel);
        }
    }
}
