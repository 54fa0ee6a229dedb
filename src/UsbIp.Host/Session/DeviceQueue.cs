using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// A session's one thread for what may block on the device: cancels (USBDEVFS_DISCARDURB waits for the bus) and special requests. URBs that arrive
/// behind a special request wait here for it; cancels overtake everything, for what they cancel may be what is waited for. As long as there is
/// neither, the receive loop submits by itself and this thread does not even exist.
/// </summary>
public sealed class DeviceQueue : IDisposable
{
    private readonly DeviceCalls _calls;
    private readonly PendingUrbs _pending;
    private readonly SpecialRequests _special;
    private readonly Action<string> _failed;
    private readonly TimeSpan _drainTime;
    private readonly string _name;
    private readonly object _gate = new(); // a monitor: the thread sleeps on it
    private readonly Queue<PendingUrb> _waiting = new();
    private readonly Queue<(PendingUrb Urb, uint Seqnum)> _cancels = new();
    private Thread? _thread;
    private bool _busy;
    private bool _stopped;
    private bool _mayBeReady;

    /// <param name="calls">Starts and cancels.</param>
    /// <param name="pending">What the client asked for.</param>
    /// <param name="special">Carries special requests out.</param>
    /// <param name="failed">Told why the session cannot go on.</param>
    /// <param name="drainTime">How long the device may take to give transfers back.</param>
    /// <param name="name">The session's name, for its thread.</param>
    public DeviceQueue(
        DeviceCalls calls, PendingUrbs pending, SpecialRequests special, Action<string> failed, TimeSpan drainTime, string name)
    {
        (_calls, _pending, _special, _failed, _drainTime, _name) = (calls, pending, special, failed, drainTime, name);
    }

    /// <summary>A special request is waiting or running: what the device looks like behind it is not known yet.</summary>
    public bool HasSpecial
    {
        get
        {
            lock (_gate)
            {
                return _busy || _waiting.Count > 0;
            }
        }
    }

    /// <summary>Submits the URB now, or queues it behind a special request, or as one. Called by the receive loop alone.</summary>
    public void Submit(PendingUrb urb)
    {
        lock (_gate)
        {
            if (_busy || _waiting.Count > 0 || !urb.Special.IsNone)
            {
                _waiting.Enqueue(urb);
                WakeLocked();
                return;
            }
        }

        _calls.Submit(urb);
    }

    /// <summary>Cancels the URB if it still runs under that seqnum. Returns at once.</summary>
    public void Cancel(PendingUrb urb, uint seqnum)
    {
        lock (_gate)
        {
            _cancels.Enqueue((urb, seqnum));
            WakeLocked();
        }
    }

    /// <summary>A URB has ended: a special request may have waited for that.</summary>
    public void UrbEnded()
    {
        if (!Volatile.Read(ref _busy))
        {
            return;
        }

        lock (_gate)
        {
            _mayBeReady = true;
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Ends the thread. What still waits is completed as shut down.</summary>
    public void Dispose()
    {
        Thread? thread;
        lock (_gate)
        {
            _stopped = true;
            thread = _thread;
            Monitor.PulseAll(_gate);
        }

        thread?.Join();
        while (_waiting.TryDequeue(out var urb))
        {
            if (_calls.TryStartSpecial(urb))
            {
                urb.Transfer!.Status = UrbStatus.Shutdown;
                _pending.Complete(urb);
            }
        }
    }

    private void WakeLocked()
    {
        if (_thread is null && !_stopped)
        {
            _thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = $"device {_name}" };
            _thread.Start();
        }

        Monitor.Pulse(_gate);
    }

    private void Run()
    {
        while (true)
        {
            PendingUrb? urb = null;
            (PendingUrb Urb, uint Seqnum) cancel;
            lock (_gate)
            {
                while (!_stopped && _cancels.Count == 0 && _waiting.Count == 0)
                {
                    Monitor.Wait(_gate);
                }

                if (_stopped)
                {
                    return;
                }

                if (!_cancels.TryDequeue(out cancel))
                {
                    urb = _waiting.Dequeue();
                    _busy = true;
                }
            }

            if (urb is null)
            {
                _calls.Cancel(cancel.Urb, cancel.Seqnum);
                continue;
            }

            Carry(urb);
            _calls.Flush();
            lock (_gate)
            {
                _busy = false;
            }
        }
    }

    private void Carry(PendingUrb urb)
    {
        if (urb.Special.IsNone)
        {
            _calls.Submit(urb);
        }
        else if (!_calls.TryStartSpecial(urb))
        {
            return; // unlinked while it waited
        }
        else if (!WaitForDrain(urb))
        {
            urb.Transfer!.Status = UrbStatus.ProtocolError;
            _pending.Complete(urb);
            _failed($"{urb.Special.Kind}: the device did not give back its transfers within {_drainTime.TotalSeconds:0} s");
        }
        else
        {
            _special.Run(urb);
        }
    }

    /// <summary>
    /// Ends what the special request would cut off and waits for that, and for every control URB before it: endpoint 0 answers in order.
    /// Cancels go on meanwhile.
    /// </summary>
    private bool WaitForDrain(PendingUrb urb)
    {
        _calls.CancelAll(other => other != urb && _special.CutsOff(urb.Special, other));
        var deadline = Environment.TickCount64 + (long)_drainTime.TotalMilliseconds;
        while (_pending.AnyRunning(other => other != urb && _special.GoesBefore(urb.Special, other)))
        {
            (PendingUrb Urb, uint Seqnum) cancel;
            lock (_gate)
            {
                while (!_stopped && !_mayBeReady && _cancels.Count == 0)
                {
                    var left = deadline - Environment.TickCount64;
                    if (left <= 0 || !Monitor.Wait(_gate, (int)left))
                    {
                        return false;
                    }
                }

                _mayBeReady = false;
                if (_stopped)
                {
                    return false;
                }

                if (!_cancels.TryDequeue(out cancel))
                {
                    continue;
                }
            }

            _calls.Cancel(cancel.Urb, cancel.Seqnum);
        }

        return true;
    }
}
