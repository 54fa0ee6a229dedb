using UsbIp.Protocol;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>A storage command that the kernel was told of as taken as soon as it was on its way.</summary>
internal sealed class EarlyCommand
{
    private CommandBlockWrapper _block;
    private uint _seqnum;
    private bool _isOwed; // the host has not said yet what became of it

    public bool HasData => _block.DataLength > 0;

    /// <summary>Whether these bytes of the kernel's are a command; then it is the one that counts from now on.</summary>
    public bool TryBegin(uint seqnum, ReadOnlySpan<byte> data)
    {
        if (!CommandBlockWrapper.TryRead(data, out var block))
        {
            return false;
        }

        (_block, _seqnum, _isOwed) = (block, seqnum, false);
        return true;
    }

    /// <summary>The kernel was answered in the device's place.</summary>
    public void Answered() => _isOwed = true;

    /// <summary>Whether the request moves all of its data, and nothing else.</summary>
    public bool IsMovedBy(in SubmitRequest request) =>
        (request.Direction == UrbDirection.In) == _block.IsIn && request.BufferLength == _block.DataLength;

    /// <summary>The host's reply, if it is to this command. True if the device did not take it.</summary>
    public bool HasFailed(in SubmitReply reply)
    {
        if (!_isOwed || reply.Seqnum != _seqnum)
        {
            return false;
        }

        _isOwed = false;
        return reply.Status != UrbStatus.Ok || reply.ActualLength != CommandBlockWrapper.Size;
    }

    /// <summary>
    /// Cancels it, if the device has not taken it by now: the driver would, if it did not believe it taken, and the device would take it for the
    /// first after its reset.
    /// </summary>
    public void Cancel(AheadPipe pipe, DeviceId device)
    {
        if (_isOwed)
        {
            _isOwed = false;
            pipe.SendUnlink(device, _seqnum);
        }
    }
}
