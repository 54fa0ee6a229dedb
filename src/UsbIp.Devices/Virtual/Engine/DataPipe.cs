using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Virtual.Engine;

/// <summary>
/// A bulk or interrupt endpoint. Bulk moves as fast as it is asked; interrupt moves one packet per interval at most, as the host controller
/// would poll, and waits by the device's clock where it is asked faster.
/// </summary>
internal sealed class DataPipe(VirtualUsbDevice device, EndpointDescriptor descriptor, long interval) : Pipe(device, descriptor)
{
    private readonly bool _isIn = descriptor.IsIn;
    private readonly int _packetSize = Math.Max(1, descriptor.PacketSize);
    private long _nextPoll;
    private bool _isPaced;

    public override long Due => _isPaced && Queue.Head is not null ? _nextPoll : long.MaxValue;

    public override void Pump(long now)
    {
        _isPaced = false;
        while (Queue.Head is { } urb)
        {
            if (IsHalted)
            {
                Finish(urb, UrbStatus.Stall);
            }
            else if (interval > 0 && _nextPoll > now)
            {
                _isPaced = true;
                return; // the clock comes back
            }
            else if (_isIn ? !MoveIn(urb) : !MoveOut(urb))
            {
                if (!IsHalted)
                {
                    return; // NAK: the device's code wakes the endpoint
                }
            }
            else
            {
                Pace(urb, now);
            }
        }
    }

    /// <summary>True: the transfer is complete.</summary>
    private bool MoveIn(VirtualUrb urb)
    {
        while (true)
        {
            var room = urb.Transfer.Data[urb.Progress..];
            if (Messages.Count > 0)
            {
                urb.Progress += Messages.Read(room, _packetSize, out var overflow);
                Finish(urb, overflow ? UrbStatus.Overflow : UrbStatus.Ok);
                return true;
            }

            var reply = Device.Code.In(Endpoint, room);
            var count = Math.Clamp(reply.Count, 0, room.Length);
            urb.Progress += count;
            if (reply.IsData && (reply.Ends || count == room.Length))
            {
                Finish(urb, reply.Count > room.Length ? UrbStatus.Overflow : UrbStatus.Ok);
                return true;
            }

            if (count == 0 || IsHalted)
            {
                return false;
            }
        }
    }

    private bool MoveOut(VirtualUrb urb)
    {
        var transfer = urb.Transfer;
        var rest = transfer.Data[urb.Progress..];
        var endsShort = transfer.ZeroPacket || transfer.Length == 0 || transfer.Length % _packetSize != 0;
        var taken = Device.Code.Out(Endpoint, rest, endsShort);
        urb.Progress += Math.Clamp(taken, 0, rest.Length);
        if (taken < 0 || urb.Progress < transfer.Length)
        {
            return false;
        }

        Finish(urb, UrbStatus.Ok);
        return true;
    }

    /// <summary>The next poll comes an interval after this one, on the beat as long as somebody waits for it.</summary>
    private void Pace(VirtualUrb urb, long now)
    {
        if (interval > 0)
        {
            var packets = Math.Max(1, (urb.Progress + _packetSize - 1) / _packetSize);
            var start = now - _nextPoll < interval ? _nextPoll : now;
            _nextPoll = start + (interval * packets);
        }
    }
}
