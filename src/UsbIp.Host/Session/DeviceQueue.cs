using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// A session's one thread for what may block on the device: cancels (USBDEVFS_DISCARDURB waits for the bus) and special requests. URBs that arrive
/// behind a special request wait here for it; cancels overtake everything, for what they cancel may be what is waited for. As long as there is
/// neither, the receive loop submits by itself and this thread does not even exist.
/// </summary>
public sealed class DeviceQueue : IDisposable
{
    private readonly IUsbDevice _device;
    private readonly PendingUrbs _pending;
    private readonly SpecialRequests _special;
    private readonly Action<PendingUrb> _recycle;
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

    public DeviceQueue(
        IUsbDevice device, PendingUrbs pending, EndpointTable endpoints, Action<PendingUrb> recycle, Action<string> failed, TimeSpan drainTime, string name)
    {
        (_device, _pending, _recycle, _failed, _drainTime, _name) = (device, pending, recycle, failed, drainTime, name);
        _special = new SpecialRequests(device, pending, endpoints);
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

        SubmitNow(urb);
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
            if (_pending.TryStart(urb))
            {
                urb.Transfer!.Status = UrbStatus.Shutdown;
                _pending.Complete(urb);
            }
            else
            {
                _recycle(urb);
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
                CancelNow(cancel.Urb, cancel.Seqnum);
                continue;
            }

            Carry(urb);
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
            SubmitNow(urb);
        }
        else if (!_pending.TryStart(urb))
        {
            _recycle(urb);
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
        var ended = new List<(PendingUrb Urb, uint Seqnum)>();
        _pending.CollectRunning(other => other != urb && _special.CutsOff(urb.Special, other), ended);
        foreach (var (other, seqnum) in ended)
        {
            CancelNow(other, seqnum);
        }

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

            CancelNow(cancel.Urb, cancel.Seqnum);
        }

        return true;
    }

    private void CancelNow(PendingUrb urb, uint seqnum)
    {
        if (_pending.TryBeginCancel(urb, seqnum))
        {
            _device.Cancel(urb.Transfer!);
            _pending.EndCancel(urb);
        }
    }

    private void SubmitNow(PendingUrb urb)
    {
        if (_pending.TryStart(urb))
        {
            _device.Submit(urb.Transfer!); // touches nothing afterwards: it may be answered and reused already
        }
        else
        {
            _recycle(urb);
        }
    }
}
