using UsbIp.Protocol;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>
/// Bulk-only storage in one round trip per command instead of three. Its driver sends the command, the data and the status request each
/// only when the one before is answered (drivers/usb/storage/transport.c, usb_stor_Bulk_transport). Here the command is answered as soon
/// as it is on its way, and the status is read right behind the data:
/// <code>
///   kernel: command ->  &lt;- done   data ->              &lt;- data  status -> &lt;- status
///   wire:   command -----------> data, status -------->     &lt;------- data, status
/// </code>
/// With a host that does not keep the stages apart, the status is not read ahead, and a command takes two round trips.
/// Neither data nor a status is answered ahead of the device. A command that the device did not take fails its next stage with -EPROTO, and
/// the driver resets the device, as after any that failed. Whatever isn't a clean command, data, status runs as it would without this.
/// <para>
/// After an error or an unlink the driver soon sends the next command, whose data a read that is still at the host would take. So it hears
/// of either only when the host has confirmed that every own read is cancelled.
/// </para>
/// </summary>
/// <param name="pipe">The bulk IN endpoint.</param>
/// <param name="number">Its interface's number.</param>
/// <param name="pending">What the kernel waits for.</param>
/// <param name="kernel">Where commands are answered.</param>
/// <param name="inEndpoint">The bulk IN endpoint's number.</param>
/// <param name="isOrdered">Whether the host lets the status wait for the data; else it isn't read ahead.</param>
internal sealed class BulkOnlyStages(AheadPipe pipe, byte number, PendingUrbs pending, KernelEnd kernel, byte inEndpoint, bool isOrdered) : AheadPolicy(pipe, number)
{
    private enum Stage
    {
        /// <summary>Between commands, or in something that isn't followed.</summary>
        Idle,

        /// <summary>A command was answered early; its data or status comes next.</summary>
        Commanded,

        /// <summary>Its data is under way.</summary>
        Data,

        /// <summary>It has none, and its status is under way.</summary>
        Status,

        /// <summary>The device did not take the command; the kernel does not know yet.</summary>
        Failed,
    }

    /// <summary>What is to be done once a request was sent.</summary>
    private enum Step
    {
        None,
        AnswerCommand,

        /// <summary>It is the request behind a command, and nothing is sent with it.</summary>
        NoteStage,

        /// <summary>It is the request behind a command, and the status is read behind it.</summary>
        ReadStatus,
        Fail,
    }

    private readonly HeldReplies _held = new(kernel);
    private readonly EarlyCommand _command = new();
    private Stage _stage;
    private Step _nextStep; // behind the request that is being sent
    private uint _stageSeqnum; // the request behind the command: its data, or its status if it has none
    private bool _isStageSent; // before, the host must not be asked to cancel it
    private bool _isToFail;
    private uint? _doomed; // a request behind a command that failed, until the host has let go of all that was sent with it

    /// <summary>Nothing of the command before is left anywhere.</summary>
    private bool IsAtRest => Pipe.IsQuiet && pending.Find(_stageSeqnum) is null;

    public override Route Begin(PendingUrb urb)
    {
        if (_stage == Stage.Failed)
        {
            _stage = Stage.Idle;
            return Route.Refuse;
        }

        if (urb.Request.Direction == UrbDirection.Out || _stage == Stage.Commanded)
        {
            return Route.Forward;
        }

        _stage = Stage.Idle;
        return Pipe.TryTake(urb) ? Route.Keep : Route.Forward;
    }

    public override Sequel End(PendingUrb urb, ReadOnlySpan<byte> data)
    {
        _nextStep = _stage switch
        {
            Stage.Failed => EnterFailure(urb), // the news came while the data was still being read
            Stage.Commanded => EnterNextStage(urb.Request),
            _ => EnterCommand(urb.Request, data),
        };
        return _nextStep switch
        {
            Step.None => Sequel.None,
            Step.AnswerCommand or Step.ReadStatus => Sequel.FollowWithMore,
            _ => Sequel.Follow,
        };
    }

    public override BridgeEnd? Follow(PendingUrb urb)
    {
        switch (_nextStep)
        {
            case Step.AnswerCommand when pending.Find(urb.Request.Seqnum) == urb:
                kernel.Write(new SubmitReply(urb.Request.Seqnum, UrbStatus.Ok, CommandBlockWrapper.Size));
                pending.AnswerEarly(urb);
                _command.Answered();
                return null;
            case Step.NoteStage or Step.ReadStatus when !_isToFail:
                _isStageSent = true;
                var isPending = pending.Find(_stageSeqnum) == urb; // else it has ended while it was being sent, well or not
                return _nextStep == Step.ReadStatus && isPending ? Pipe.Post(EarlyCommand.StatusBehind(urb.Request, inEndpoint), 1) : null;
            case Step.NoteStage or Step.ReadStatus or Step.Fail:
                Fail(urb);
                return null;
            default:
                return null; // it has ended while it was being sent
        }
    }

    public override void Replied(in SubmitRequest request, UrbStatus status)
    {
        if (request.Seqnum == _stageSeqnum && status != UrbStatus.Ok)
        {
            // The driver clears the halt before it asks for the status, and so must the status be read after that.
            Pipe.Cancel(request.DeviceId);
            _command.Cancel(Pipe, request.DeviceId);
        }
    }

    public override void RepliedLate(in SubmitReply reply)
    {
        if (!_command.HasFailed(reply))
        {
            return;
        }

        if (_stage == Stage.Commanded)
        {
            _stage = Stage.Failed;
        }
        else if (pending.Find(_stageSeqnum) is { } urb)
        {
            urb.IsDoomed = true;
            _isToFail = !_isStageSent;
            if (_isStageSent)
            {
                Fail(urb);
            }
        }
    }

    public override bool TryHold(ReadOnlySpan<byte> message)
    {
        if (!Pipe.IsCancelling && _held.IsEmpty && _command.GivenUpOf is null)
        {
            return false; // otherwise behind what is held: an unlink's answer must not overtake the end of its target
        }

        _held.Add(message);
        return true;
    }

    public override void Settle()
    {
        if (_command.GivenUpOf is { } device && !Pipe.IsCancelling && pending.Find(_stageSeqnum) is null)
        {
            _command.Cancel(Pipe, device); // behind its data, which the device would take for a command
        }

        if (!Pipe.IsCancelling)
        {
            Release();
        }
    }

    public override void Release()
    {
        _held.Release();
        if (_doomed is { } seqnum && pending.Find(seqnum) is { IsDoomed: true } urb) // otherwise the kernel has unlinked it
        {
            kernel.Write(new SubmitReply(seqnum, UrbStatus.ProtocolError, ActualLength: 0));
            pending.AnswerEarly(urb);
        }

        _doomed = null;
    }

    public override void Unlinked(DeviceId device)
    {
        (_stage, _nextStep) = (Stage.Idle, Step.None);
        Pipe.Cancel(device);
        _command.GiveUp(device);
    }

    public override void Restart(DeviceId device)
    {
        (_stage, _nextStep) = (Stage.Idle, Step.None);
        base.Restart(device);
    }

    private Step EnterCommand(in SubmitRequest request, ReadOnlySpan<byte> data)
    {
        if (request.Direction == UrbDirection.In || !IsAtRest || !_command.TryBegin(request.Seqnum, data))
        {
            return Step.None;
        }

        _stage = Stage.Commanded;
        return Step.AnswerCommand;
    }

    /// <summary>Before it is sent: the host's reply to it may come before <see cref="Follow"/> is called.</summary>
    private static Step EnterFailure(PendingUrb urb)
    {
        urb.IsDoomed = true;
        return Step.Fail;
    }

    private Step EnterNextStage(in SubmitRequest request)
    {
        (_stageSeqnum, _isStageSent, _isToFail) = (request.Seqnum, false, false);
        _stage = !_command.HasData ? Stage.Status : _command.IsMovedBy(request) ? Stage.Data : Stage.Idle;
        return _stage == Stage.Data && isOrdered ? Step.ReadStatus : Step.NoteStage;
    }

    /// <summary>
    /// Ends the request behind a command that the device did not take: without the command, it would wait for ever. The kernel is told when
    /// the host has let go of it (it is marked as doomed) and of the status: told earlier, it would send the next command, whose data they would take.
    /// </summary>
    private void Fail(PendingUrb urb)
    {
        var request = urb.Request;
        _doomed = request.Seqnum;
        Pipe.Cancel(request.DeviceId);
        Pipe.SendUnlink(request.DeviceId, request.Seqnum);
        (_stage, _nextStep) = (Stage.Idle, Step.None);
    }
}
