using UsbIp.Protocol;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>A storage command that the kernel was told of as taken as soon as it was on its way.</summary>
internal sealed class EarlyCommand
{
    private const int StatusSize = 13;

    private CommandBlockWrapper _block;
    private uint _seqnum;
    private bool _isOwed; // the host has not said yet what became of it

    /// <summary>The device whose driver has given it up, although the device may still take it; null if it has not.</summary>
    public DeviceId? GivenUpOf { get; private set; }

    public bool HasData => _block.DataLength > 0;

    /// <summary>Whether these bytes of the kernel's are a command; then it is the one that counts from now on.</summary>
    public bool TryBegin(uint seqnum, ReadOnlySpan<byte> data)
    {
        if (!CommandBlockWrapper.TryRead(data, out var block))
        {
            return false;
        }

        (_block, _seqnum, _isOwed, GivenUpOf) = (block, seqnum, false, null);
        return true;
    }

    /// <summary>The kernel was answered in the device's place.</summary>
    public void Answered() => _isOwed = true;

    /// <summary>The request for a command's status, like the one for its data.</summary>
    public static SubmitRequest StatusBehind(in SubmitRequest data, byte endpoint) => data with
    {
        Direction = UrbDirection.In,
        Endpoint = endpoint,
        Flags = TransferFlags.None,
        BufferLength = StatusSize,
        PacketCount = 0,
    };

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

        (_isOwed, GivenUpOf) = (false, null);
        return reply.Status != UrbStatus.Ok || reply.ActualLength != CommandBlockWrapper.Size;
    }

    /// <summary>The driver unlinks the request behind it. When that is gone, it is to be cancelled.</summary>
    public void GiveUp(DeviceId device) => GivenUpOf = _isOwed ? device : null;

    /// <summary>
    /// Cancels it, if the device has not taken it by now: the driver would, if it did not believe it taken, and the device would take it for the
    /// first after its reset.
    /// </summary>
    public void Cancel(AheadPipe pipe, DeviceId device)
    {
        GivenUpOf = null;
        if (_isOwed)
        {
            _isOwed = false;
            pipe.SendUnlink(device, _seqnum);
        }
    }
}
