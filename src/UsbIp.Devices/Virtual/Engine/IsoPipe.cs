using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Virtual.Engine;

/// <summary>
/// An isochronous endpoint: N packets take N intervals, whatever the device and the host do. A transfer begins where the one before it ends,
/// or now if there is none (URB_ISO_ASAP), and completes when its last packet has passed. A host that queues ahead therefore gets an
/// exact average rate, however coarse the machine's timers are.
/// </summary>
internal sealed class IsoPipe(VirtualUsbDevice device, EndpointDescriptor descriptor, long interval) : Pipe(device, descriptor)
{
    private readonly bool _isIn = descriptor.IsIn;
    private readonly int _bytesPerInterval = descriptor.PacketSize * (1 + ((descriptor.MaxPacketSize >> 11) & 3));
    private long _nextFrame;

    public override long Due => Queue.Head?.Due ?? long.MaxValue;

    public override void Submit(VirtualUrb urb)
    {
        if (!HasRoomForItsPackets(urb.Transfer))
        {
            Device.Complete(urb.Transfer, UrbStatus.Invalid, 0);
            return;
        }

        var start = Queue.Head is null ? Math.Max(_nextFrame, DeviceClock.Now) : _nextFrame;
        _nextFrame = start + (interval * urb.Transfer.IsoPackets.Length);
        urb.Due = _nextFrame;
        base.Submit(urb);
    }

    public override void Pump(long now)
    {
        if (Queue.Head is null)
        {
            _nextFrame = 0; // all was cancelled: the stream is over, the next one starts at once
        }

        while (Queue.Head is { } urb && urb.Due <= now)
        {
            var offset = 0;
            foreach (ref var packet in urb.Transfer.IsoPackets)
            {
                packet.Status = UrbStatus.Ok;
                packet.ActualLength = 0;
                var bytes = urb.Transfer.Data.Slice(offset, packet.Length);
                offset += packet.Length;
                Move(bytes, ref packet);
                urb.Progress += packet.ActualLength;
            }

            Finish(urb, UrbStatus.Ok);
        }
    }

    private void Move(Span<byte> bytes, ref IsoPacketResult packet)
    {
        if (_isIn)
        {
            var room = bytes[..Math.Min(bytes.Length, _bytesPerInterval)];
            var overflow = false;
            if (Messages.Count > 0)
            {
                packet.ActualLength = Messages.Read(room, _bytesPerInterval, out overflow);
            }
            else
            {
                var reply = Device.Code.In(Endpoint, room);
                packet.ActualLength = Math.Clamp(reply.Count, 0, room.Length);
                overflow = reply.Count > room.Length;
            }

            packet.Status = overflow ? UrbStatus.Overflow : UrbStatus.Ok;
        }
        else if (bytes.Length > _bytesPerInterval)
        {
            packet.Status = UrbStatus.Overflow;
        }
        else
        {
            _ = Device.Code.Out(Endpoint, bytes, endOfMessage: true); // nobody resends what an isochronous device did not take
            packet.ActualLength = bytes.Length;
        }
    }

    private static bool HasRoomForItsPackets(UsbTransfer transfer)
    {
        var sum = 0L;
        foreach (ref var packet in transfer.IsoPackets)
        {
            if (packet.Length < 0)
            {
                return false;
            }

            sum += packet.Length;
        }

        return transfer.IsoPackets.Length > 0 && sum <= transfer.Length;
    }
}
