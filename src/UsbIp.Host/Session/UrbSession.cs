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
    private readonly UnlinksBeforeSubmits _early;
    private readonly PendingUrbs _pending;
    private readonly DeviceCalls _calls;
    private readonly DeviceQueue _queue;
    private readonly CancelQueue _cancels;
    private readonly BulkOnlyOrder _order;
    private readonly ReplySender _sender;
    private readonly ReplyTiming _timing;
    private readonly UrbReceiver _receiver;
    private readonly Extensions _accepted;
    private readonly object _idle = new(); // a monitor: Drain sleeps on it
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _draining;
    private volatile bool _closed;
    private SessionEnd? _end;

    /// <param name="socket">The client's connection past the import: blocking. Its receive timeout is the session's to set.</param>
    /// <param name="device">The open device; its completions go to this session from now on.</param>
    /// <param name="deviceId">The devid that the import reply named.</param>
    /// <param name="limits">What the session may cost.</param>
    /// <param name="allSessions">The memory that all sessions share.</param>
    /// <param name="accepted">What the client was promised beyond USB/IP.</param>
    public UrbSession(
        Socket socket,
        IUsbDevice device,
        DeviceId deviceId,
        SessionLimits limits,
        SharedBudget allSessions,
        Extensions accepted = Extensions.None)
    {
        (_socket, _limits, _accepted) = (socket, limits, accepted);
        var name = device.Info.BusId.ToString();
        var endpoints = new EndpointTable(device.Info);
        _budget = new TransferBudget(limits, allSessions);
        _replies = new ReplyQueue(limits.MaxQueuedReplies);
        _early = new UnlinksBeforeSubmits(_replies, () => _sender!.Flush(), limits.EarlyUnlink);
        _pending = new PendingUrbs(_replies, _early, Recycle) { Ended = UrbEnded };
        _sender = new ReplySender(
            socket, _replies, Recycle, reason => End(new SessionEnd(SessionEndCause.ConnectionLost, reason)), limits.SendStall, name);
        _timing = new ReplyTiming(_sender.Flush);
        _calls = new DeviceCalls(device, _pending, Recycle, _sender.Flush);
        var special = new SpecialRequests(device, _calls, _pending, endpoints);
        var failed = (string reason) => End(new SessionEnd(SessionEndCause.DeviceFailed, reason));
        _queue = new DeviceQueue(_calls, _pending, special, failed, limits.DrainTime, name);
        _cancels = new CancelQueue(_calls, failed, limits.MaxQueuedReplies, name);
        _order = new BulkOnlyOrder(endpoints, _calls, _pending, accepted);
        var receive = new ReceiveBuffer(socket) { BeforeWait = _timing.BeforeWait };
        var validator = new SubmitValidator(deviceId, endpoints, limits);
        var answersPings = accepted.HasFlag(Extensions.Heartbeat);
        Question = new HolderQuestion(_replies, _sender.Flush, socket);
        _receiver = new UrbReceiver(
            receive, device, validator, _budget, _pending, _early, _queue, _cancels, _order, _replies, Question, limits.MaxQueuedReplies, answersPings);
        device.Start(this);
    }

    /// <summary>Where its URBs are counted.</summary>
    public SessionTraffic Traffic { get; init; } = new();

    /// <summary>For a client with which <see cref="Extensions.GiveWay"/> was agreed on.</summary>
    public HolderQuestion Question { get; }

    /// <summary>
    /// Completes once the session is disposed and the device has given back every transfer. A device that keeps some beyond
    /// <see cref="SessionLimits.DrainTime"/> although all were cancelled must stay open until then: closing it would free memory that it may write to.
    /// </summary>
    public Task Drained => _drained.Task;

    /// <summary>Serves the client until either side ends the session. Returns with every transfer completed, see <see cref="Drained"/>. Blocks.</summary>
    public SessionEnd Run()
    {
        _timing.BeginReceiving();
        _socket.ReceiveTimeout = (int)_limits.ReceiveStall.TotalMilliseconds;
        try
        {
            Question.Begin();
            _receiver.Run();
            End(new SessionEnd(SessionEndCause.ClientLeft, "the client closed the connection"));
        }
        catch (ProtocolException e)
        {
            End(new SessionEnd(SessionEndCause.ProtocolViolation, e.Message));
        }
        catch (SocketException e)
        {
            End(new SessionEnd(SessionEndCause.ConnectionLost, $"the connection broke ({e.SocketErrorCode})"));
        }
        catch
        {
            End(new SessionEnd(SessionEndCause.DeviceFailed, "a fault of this program or of the device's backend"));
            throw;
        }
        finally
        {
            _timing.EndReceiving();
            Question.Close();
            Drain();
        }

        return _end!;
    }

    /// <summary>Ends the session from outside. Any thread; returns at once.</summary>
    public void Stop(Parting parting) => End(new SessionEnd(SessionEndCause.Stopped, parting.Reason) { Rest = parting.Rest });

    /// <summary>Frees what <see cref="Run"/> has left; call after it has returned.</summary>
    public void Dispose()
    {
        _queue.Dispose();
        _cancels.Dispose();
        _early.Dispose();
        _sender.Dispose();
        _closed = true;
        TellIfDrained();
    }

    void ITransferSink.TransferCompleted(UsbTransfer transfer)
    {
        var urb = (PendingUrb)transfer.Tag!;
        if (transfer.Status is not (UrbStatus.Unlinked or UrbStatus.Shutdown))
        {
            Traffic.Count(transfer.ActualLength);
        }

        _timing.Completed(urb.Request.Direction == UrbDirection.In ? transfer.ActualLength : 0);
        _order.Ended(urb);
        _pending.Complete(urb);
    }

    void ITransferSink.CompletionsDelivered() => _timing.Delivered();

    void ITransferSink.DeviceLeft() => End(new SessionEnd(SessionEndCause.DeviceLeft, "the device was unplugged"));

    /// <summary>The first cause wins; waking the receive loop does the rest.</summary>
    private void End(SessionEnd end)
    {
        if (Interlocked.CompareExchange(ref _end, end, null) is null)
        {
            _receiver.Stop();
            ShutDown(SocketShutdown.Receive);
        }
    }

    private void ShutDown(SocketShutdown how)
    {
        try
        {
            _socket.Shutdown(how);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Not connected any more: the client was faster, and the receive loop knows.
        }
    }

    /// <summary>
    /// Stop the loops, cancel every transfer, wait for every completion; only then may the device be given back. What the client still hears of its
    /// URBs goes out where the connection allows.
    /// </summary>
    private void Drain()
    {
        _queue.Dispose();
        _cancels.Dispose();
        _early.Dispose();
        _order.Stop();
        _calls.CancelAll(_ => true);
        WaitForCompletions();
        if (_end!.Cause is SessionEndCause.DeviceLeft or SessionEndCause.Stopped or SessionEndCause.DeviceFailed
            && _sender.WaitUntilIdle(TimeSpan.FromSeconds(1)) && _accepted.HasFlag(Extensions.Reasons))
        {
            FarewellSender.Send(_socket, new Parting(_end.Reason, _end.Rest));
        }

        ShutDown(SocketShutdown.Both);
        _sender.Dispose();
    }

    private void WaitForCompletions()
    {
        var deadline = Environment.TickCount64 + (long)_limits.DrainTime.TotalMilliseconds;
        lock (_idle)
        {
            _draining = true;
            while (_pending.Count > 0)
            {
                var left = deadline - Environment.TickCount64;
                if (left <= 0 || !Monitor.Wait(_idle, (int)left))
                {
                    return;
                }
            }
        }
    }

    private void UrbEnded()
    {
        _queue.UrbEnded();
        if (_draining)
        {
            lock (_idle)
            {
                Monitor.Pulse(_idle);
            }
        }

        if (_closed)
        {
            TellIfDrained(); // a transfer that came back after the session had given up waiting for it
        }
    }

    /// <summary>By the budget, which a URB leaves last, when its transfer is back in the device's pool.</summary>
    private void TellIfDrained()
    {
        if (_budget.Urbs == 0)
        {
            _drained.TrySetResult();
        }
    }

    private void Recycle(PendingUrb urb)
    {
        _order.Ended(urb); // if it never came to the device
        urb.Transfer!.Dispose();
        urb.Transfer = null;
        _budget.Release(urb.Cost);
        _pending.Return(urb);
    }
}
