using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// A session's thread for special requests, which block. URBs that arrive behind a special request wait here for it. As long as there is none, the
/// receive loop submits by itself and this thread does not even exist: it is started when there is one, and ends when there was none for a while,
/// because a thread is a good part of what an idle session costs.
/// </summary>
public sealed class DeviceQueue : IDisposable
{
    /// <summary>How long the thread waits for the next one.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(2);

    private readonly DeviceCalls _calls;
    private readonly PendingUrbs _pending;
    private readonly SpecialRequests _special;
    private readonly Action<string> _failed;
    private readonly TimeSpan _drainTime;
    private readonly string _name;
    private readonly object _gate = new(); // a monitor: the thread sleeps on it
    private readonly Queue<PendingUrb> _waiting = new();
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
                _special.Complete(urb, UrbStatus.Shutdown);
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
        while (TryTake() is { } urb)
        {
            try
            {
                Carry(urb);
                _calls.Flush();
            }
            catch (Exception e) // on a thread of our own it would end the process
            {
                _failed($"{urb.Special.Kind}: {e.GetType().Name}: {e.Message}");
            }

            lock (_gate)
            {
                _busy = false;
            }
        }
    }

    /// <summary>Waits for the next URB. Null once the queue was disposed, or when none came for a while: the thread is to end.</summary>
    private PendingUrb? TryTake()
    {
        lock (_gate)
        {
            while (!_stopped && _waiting.Count == 0)
            {
                if (!Monitor.Wait(_gate, IdleTime) && _waiting.Count == 0)
                {
                    _thread = null;
                    return null;
                }
            }

            if (_stopped)
            {
                return null;
            }

            _busy = true;
            return _waiting.Dequeue();
        }
    }

    private void Carry(PendingUrb urb)
    {
        if (urb.Special.IsNone)
        {
            _calls.SubmitInStep(urb);
            return;
        }

        _calls.CancelAll(other => _special.CutsOff(urb.Special, other));
        var isItsTurn = WaitForTurn(urb);
        if (!_calls.TryStartSpecial(urb))
        {
            return; // unlinked while it waited
        }

        if (isItsTurn)
        {
            _special.Run(urb);
        }
        else if (_pending.AnyRunning(other => _special.CutsOff(urb.Special, other)))
        {
            _special.Complete(urb, UrbStatus.ProtocolError);
            _failed($"{urb.Special.Kind}: the device did not give back its transfers within {_drainTime.TotalSeconds:0} s");
        }
        else
        {
            // The device is slow to answer another control request, as it may be: this one is as late as it would be on the client's own bus.
            _special.Complete(urb, UrbStatus.TimedOut);
        }
    }

    /// <summary>
    /// Waits for what the special request would cut off, and for every control URB before it: endpoint 0 answers in order. False if they did not
    /// end in time, or if there is nothing to wait for any more.
    /// </summary>
    private bool WaitForTurn(PendingUrb urb)
    {
        var deadline = Environment.TickCount64 + (long)_drainTime.TotalMilliseconds;
        while (_pending.AnyRunning(other => _special.GoesBefore(urb.Special, other)))
        {
            lock (_gate)
            {
                while (!_stopped && !_mayBeReady)
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
            }

            if (_pending.IsDropped(urb))
            {
                return false;
            }
        }

        return true;
    }
}
