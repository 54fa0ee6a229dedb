using UsbIp.Client.Bridge.Ahead;
using UsbIp.Client.Interop;
using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// One thread: reads what the kernel asks, enters it into <see cref="PendingUrbs"/>, and sends it on. What arrived together leaves
/// together, in one send; the data of large requests leaves as it comes. Never waits for the host longer than
/// <see cref="BridgeLimits.SendPatience"/>, so that it always gets to the kernel's next UNLINK.
/// </summary>
internal sealed class KernelReader(
    BlockingSocket socket, PendingUrbs pending, HostWriter host, KernelEnd kernel, HostWatch watch, ReadAhead ahead)
{
    private readonly ReceiveBuffer _buffer = new();
    private readonly EarlyUnlinks _early = new();
    private PendingUrb? _urb; // the request whose data or packet table is still arriving
    private int _dataLeft;
    private int _packetsLeft;
    private bool _isRefused;
    private bool _isKept;
    private uint? _earlyUnlink; // the unlink of this request, which came before it
    private PendingUrb? _followed; // the request behind which the bridge has something to do
    private bool _isMoreToCome;
    private volatile bool _isEnding;

    /// <summary>Those that came after <see cref="BeginEnding"/>, and were given back.</summary>
    public LastRequests LastRequests { get; } = new();

    /// <summary>Whether a request has come in part, or has come and was not read yet; from any thread.</summary>
    public bool IsMoreToRead => Volatile.Read(ref _urb) is not null || socket.IsReadable;

    /// <summary>Runs until the kernel closes its end or the host can't be written to.</summary>
    /// <remarks>After the host was lost it can be run again, to read what the kernel still asks until it closes its end.</remarks>
    /// <exception cref="ProtocolException">What came is no request of vhci_hcd's.</exception>
    public BridgeEnd Run()
    {
        while (true)
        {
            var received = socket.Receive(_buffer.Free);
            if (received <= 0)
            {
                return BridgeEnds.KernelDetached;
            }

            _buffer.Fill(received);
            if (Forward() is { } end)
            {
                return end;
            }
        }
    }

    /// <summary>From now on nothing is sent to the host: what the kernel asks is answered at once, as by an unplugged device.</summary>
    public void BeginEnding() => _isEnding = true;

    private BridgeEnd? Forward()
    {
        var bytes = _buffer.Received;
        var start = 0;
        var position = 0;
        while (TryStep(bytes[position..], out var size, out var isForHost))
        {
            if (!isForHost || _followed is not null)
            {
                var isLast = isForHost ? position + size : position;
                if ((Send(bytes[start..isLast], isFollowed: _followed is not null && _isMoreToCome) ?? Follow()) is { } end)
                {
                    _buffer.Consume(position + size);
                    return end;
                }

                start = position + size;
            }

            position += size;
        }

        var failure = Send(bytes[start..position], isWithinRequest: !_isRefused && (_dataLeft > 0 || _packetsLeft > 0));
        _buffer.Consume(position);
        return failure;
    }

    private BridgeEnd? Send(ReadOnlySpan<byte> bytes, bool isFollowed = false, bool isWithinRequest = false)
    {
        watch.Arm(); // before the host can see the request, and however long sending takes
        return bytes.IsEmpty || _isEnding ? null : host.Send(bytes, isFollowed, isWithinRequest);
    }

    private BridgeEnd? Follow()
    {
        if (_followed is not { } urb)
        {
            return null;
        }

        _followed = null;
        lock (kernel.Gate)
        {
            return ahead.Follow(urb);
        }
    }

    /// <summary>Takes the next piece: a header, some of a request's data, or one packet descriptor. False if it isn't all there.</summary>
    private bool TryStep(ReadOnlySpan<byte> bytes, out int size, out bool isForHost)
    {
        isForHost = !_isRefused;
        if (_dataLeft > 0)
        {
            size = Math.Min(_dataLeft, bytes.Length);
            var isWhole = size == _urb!.Request.BufferLength;
            _dataLeft -= size;
            EndIfComplete(isWhole ? bytes[..size] : []);
            return size > 0;
        }

        if (_packetsLeft > 0)
        {
            size = IsoPacket.Size;
            return TryTakePacket(bytes);
        }

        size = ProtocolConstants.UrbHeaderSize;
        if (bytes.Length < size)
        {
            return false;
        }

        isForHost = TakeHeader(bytes[..size]);
        EndIfComplete([]);
        return true;
    }

    private bool TryTakePacket(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < IsoPacket.Size)
        {
            return false;
        }

        _urb!.AddPacket(bytes);
        _packetsLeft--;
        EndIfComplete([]);
        return true;
    }

    /// <summary>True if the host must see it.</summary>
    private bool TakeHeader(ReadOnlySpan<byte> bytes)
    {
        var header = UrbHeader.Read(bytes);
        switch (header.Command)
        {
            case UrbCommand.Submit:
                TakeSubmit(SubmitRequest.Read(header, bytes));
                return !_isRefused && !_isKept;
            case UrbCommand.Unlink:
                return !TakeUnlink(UnlinkRequest.Read(header, bytes));
            default:
                throw new ProtocolException($"Message with seqnum {header.Seqnum}: command {(uint)header.Command} is a reply; the kernel sends requests.");
        }
    }

    private void TakeSubmit(in SubmitRequest request)
    {
        if (request.BufferLength < 0 || request.PacketCount > ProtocolLimits.MaxIsoPackets)
        {
            throw new ProtocolException(
                $"CMD_SUBMIT seqnum {request.Seqnum}: transfer_buffer_length {request.BufferLength}, number_of_packets {request.PacketCount} are no URB's.");
        }

        _urb = pending.Add(request);
        _earlyUnlink = _early.TryTake(request.Seqnum, out var unlink) ? unlink : null;
        _isRefused = request.BufferLength > ProtocolLimits.MaxTransferLength || _earlyUnlink is not null;
        _isKept = false;
        _dataLeft = request.Direction == UrbDirection.Out ? request.BufferLength : 0;
        _packetsLeft = _urb.PacketCount;
        if (!_isRefused && !_isEnding && ahead.Watches(request))
        {
            lock (kernel.Gate)
            {
                _urb.IsComplete = _dataLeft == 0; // may be answered from here on
                var route = ahead.Begin(_urb);
                (_isRefused, _isKept) = (route == Route.Refuse, route == Route.Keep);
            }
        }
    }

    /// <summary>True if it was answered here, or will be.</summary>
    private bool TakeUnlink(in UnlinkRequest request)
    {
        pending.AddUnlink(request);
        lock (kernel.Gate)
        {
            return (pending.Find(request.TargetSeqnum) is null && _early.TryHold(request)) || (!_isEnding && ahead.TryUnlink(request));
        }
    }

    private void EndIfComplete(ReadOnlySpan<byte> data)
    {
        if (_urb is null || _dataLeft > 0 || _packetsLeft > 0)
        {
            return;
        }

        if (_isRefused)
        {
            Refuse(_urb);
        }
        else if (!_isKept) // otherwise it may have been answered, and be another's by now
        {
            pending.Complete(_urb);
        }

        if (!_isRefused && !_isEnding && ahead.Watches(_urb.Request))
        {
            lock (kernel.Gate)
            {
                var sequel = ahead.End(_urb, data);
                _followed = sequel == Sequel.None ? null : _urb;
                _isMoreToCome = sequel == Sequel.FollowWithMore;
            }
        }

        if (_isEnding)
        {
            LastRequests.Note(_urb.Request);
            LastReplies.Write(pending, kernel, ahead);
        }

        _urb = null;
        _isRefused = false;
    }

    /// <summary>A request that the host never sees: it is larger than any host takes (some end the session for it), or was unlinked before it came.</summary>
    private void Refuse(PendingUrb urb)
    {
        lock (kernel.Gate)
        {
            if (_earlyUnlink is { } unlink && pending.TryAnswerUnlink(unlink, out var status, out _))
            {
                kernel.Write(new UnlinkReply(unlink, status));
                return;
            }

            kernel.Write(FailedReply.Compose(urb, _earlyUnlink is null ? UrbStatus.ProtocolError : UrbStatus.Unlinked));
            pending.Forget(urb);
        }
    }
}
