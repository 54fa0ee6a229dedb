using System.Net.Sockets;
using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// One imported device and its client, from the granted import to the device's return. Owns neither socket nor device: when
/// <see cref="Run"/> returns, nothing of the session runs any more and the caller closes both. <see cref="Run"/> holds one thread, the
/// receive loop's; completions arrive on the backend's.
/// </summary>
public sealed class UrbSession : ITransferSink, IDisposable
{
    private readonly Socket _socket;
    private readonly SessionLimits _limits;
    private readonly TransferBudget _budget;
    private readonly ReplyQueue _replies;
    private readonly PendingUrbs _pending;
    private readonly DeviceCalls _calls;
    private readonly DeviceQueue _queue;
    private readonly ReplySender _sender;
    private readonly UrbReceiver _receiver;
    private readonly object _drained = new(); // a monitor: Drain sleeps on it
    private volatile int _receiveThread;
    private volatile bool _draining;
    private SessionEnd? _end;

    /// <param name="socket">The client's connection past the import: blocking, without a receive timeout.</param>
    /// <param name="device">The open device; its completions go to this session from now on.</param>
    /// <param name="deviceId">The devid that the import reply named.</param>
    /// <param name="limits">What the session may cost.</param>
    /// <param name="allSessions">The budget shared by all sessions.</param>
    public UrbSession(Socket socket, IUsbDevice device, DeviceId deviceId, SessionLimits limits, TransferBudget allSessions)
    {
        (_socket, _limits) = (socket, limits);
        var name = device.Info.BusId.ToString();
        var endpoints = new EndpointTable(device.Info);
        _budget = new TransferBudget(limits.MaxBytes, limits.MaxUrbs, allSessions);
        _replies = new ReplyQueue(limits.MaxQueuedReplies);
        _pending = new PendingUrbs(_replies, Recycle) { Ended = UrbEnded };
        _sender = new ReplySender(
            socket, _replies, Recycle, reason => End(SessionEndCause.ConnectionLost, reason), limits.SendStall, name);
        _calls = new DeviceCalls(device, _pending, Recycle, _sender.Flush);
        var special = new SpecialRequests(device, _pending, endpoints);
        _queue = new DeviceQueue(
            _calls, _pending, special, reason => End(SessionEndCause.DeviceFailed, reason), limits.DrainTime, name);
        var receive = new ReceiveBuffer(socket) { BeforeWait = _sender.Flush };
        var validator = new SubmitValidator(deviceId, endpoints, limits);
        _receiver = new UrbReceiver(receive, device, validator, _budget, _pending, _queue, _replies, limits.MaxQueuedReplies);
        device.Start(this);
    }

    /// <summary>
    /// False if the device kept transfers beyond <see cref="SessionLimits.DrainTime"/> although all were cancelled: closing it now would free memory
    /// that it may still write to, so it must stay open.
    /// </summary>
    public bool IsDrained { get; private set; }

    /// <summary>Serves the client until either side ends the session. Returns with every transfer completed. Blocks.</summary>
    public SessionEnd Run()
    {
        _receiveThread = Environment.CurrentManagedThreadId;
        try
        {
            _receiver.Run();
            End(SessionEndCause.ClientLeft, "the client closed the connection");
        }
        catch (ProtocolException e)
        {
            End(SessionEndCause.ProtocolViolation, e.Message);
        }
        catch (SocketException e)
        {
            End(SessionEndCause.ConnectionLost, $"the connection broke ({e.SocketErrorCode})");
        }
        finally
        {
            _receiveThread = 0;
            Drain();
        }

        return _end!;
    }

    /// <summary>Ends the session from outside. Any thread; returns at once.</summary>
    public void Stop(string reason) => End(SessionEndCause.Stopped, reason);

    /// <summary>Frees what <see cref="Run"/> has left; call after it has returned.</summary>
    public void Dispose()
    {
        _queue.Dispose();
        _sender.Dispose();
    }

    void ITransferSink.TransferCompleted(UsbTransfer transfer) => _pending.Complete((PendingUrb)transfer.Tag!);

    void ITransferSink.CompletionsDelivered()
    {
        // The receive loop flushes by itself before it waits: replies to requests that came together leave together.
        if (Environment.CurrentManagedThreadId != _receiveThread)
        {
            _sender.Flush();
        }
    }

    void ITransferSink.DeviceLeft() => End(SessionEndCause.DeviceLeft, "the device was unplugged");

    /// <summary>The first cause wins; waking the receive loop does the rest.</summary>
    private void End(SessionEndCause cause, string reason)
    {
        if (Interlocked.CompareExchange(ref _end, new SessionEnd(cause, reason), null) is null)
        {
            _receiver.Stop();
            try
            {
                _socket.Shutdown(SocketShutdown.Receive);
            }
            catch (SocketException)
            {
                // Not connected any more: the receive loop knows already.
            }
        }
    }

    /// <summary>
    /// Stop the loops, cancel every transfer, wait for every completion; only then may the device be given back. What the client still hears of its
    /// URBs goes out where the connection allows.
    /// </summary>
    private void Drain()
    {
        _queue.Dispose();
        _calls.CancelAll(_ => true);
        IsDrained = WaitForCompletions();
        if (_end!.Cause is SessionEndCause.DeviceLeft or SessionEndCause.Stopped or SessionEndCause.DeviceFailed)
        {
            _sender.WaitUntilIdle(TimeSpan.FromSeconds(1));
        }

        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The client was faster.
        }

        _sender.Dispose();
    }

    private bool WaitForCompletions()
    {
        var deadline = Environment.TickCount64 + (long)_limits.DrainTime.TotalMilliseconds;
        lock (_drained)
        {
            _draining = true;
            while (_pending.Count > 0)
            {
                var left = deadline - Environment.TickCount64;
                if (left <= 0 || !Monitor.Wait(_drained, (int)left))
                {
                    return _pending.Count == 0;
                }
            }

            return true;
        }
    }

    private void UrbEnded()
    {
        _queue.UrbEnded();
        if (_draining)
        {
            lock (_drained)
            {
                Monitor.Pulse(_drained);
            }
        }
    }

    private void Recycle(PendingUrb urb)
    {
        urb.Transfer!.Dispose();
        urb.Transfer = null;
        _budget.Release(urb.ReservedLength);
        _pending.Return(urb);
    }
}
