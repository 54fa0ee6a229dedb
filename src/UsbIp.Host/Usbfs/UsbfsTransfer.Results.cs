using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Usbfs;

/// <content>What became of the URBs, put together.</content>
internal sealed unsafe partial class UsbfsTransfer
{
    public override void ReadResult()
    {
        if (Transfer.Type == TransferType.Isochronous)
        {
            ReadPackets();
        }
        else
        {
            ReadBytes();
        }
    }

    /// <summary>
    /// Puts together what the URBs moved. The first that did not end well, or ended short, ended the transfer: the kernel cut off those
    /// behind it. Should they have received bytes before that, these are the next in the stream.
    /// </summary>
    private void ReadBytes()
    {
        var (total, status) = (0, UrbStatus.Ok);
        for (var index = 0; index < _count; index++)
        {
            var urb = Urb(index);
            var moved = Math.Clamp(urb->ActualLength, 0, Math.Min(urb->BufferLength, Transfer.Length - total));
            if (index > 0 && IsIn && urb->Buffer != Transfer.Buffer.Data + total)
            {
                new Span<byte>(urb->Buffer, moved).CopyTo(new Span<byte>(Transfer.Buffer.Data + total, moved));
            }

            total += moved;
            status = status == UrbStatus.Ok ? UsbfsResults.FromUrb(urb->Status, Volatile.Read(ref _isCancelled)) : status;
        }

        status = status == UrbStatus.Ok ? _cut : status;
        Transfer.Status = status == UrbStatus.ShortRead ? UrbStatus.Ok : status; // an error only to the URBs that were to follow
        Transfer.ActualLength = total;
    }

    private void ReadPackets()
    {
        var (total, status) = (0, UrbStatus.Ok);
        var packets = Transfer.IsoPackets;
        for (var index = 0; index < _count; index++)
        {
            var urb = Urb(index);
            var isCancelled = Volatile.Read(ref _isCancelled);
            total += UsbfsPackets.Read(urb, packets[(index * MaxPackets)..], isCancelled);
            var one = UsbfsResults.FromUrb(urb->Status, isCancelled);
            status = status == UrbStatus.Ok ? one : status;
        }

        foreach (ref var packet in packets[Math.Min(packets.Length, _count * MaxPackets)..])
        {
            (packet.ActualLength, packet.Status) = (0, UrbStatus.NotRun);
        }

        Transfer.Status = status == UrbStatus.Ok ? _cut : status;
        Transfer.ActualLength = total;
    }
}
