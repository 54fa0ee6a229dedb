using UsbIp.Protocol;

namespace UsbIp.TestKit;

/// <summary>
/// What vhci_hcd would do with the bytes that it reads, and stricter: it throws for everything that makes vhci_rx drop the device, and for
/// everything that vhci takes on trust and should not get (drivers/usb/usbip/vhci_rx.c, usbip_common.c).
/// </summary>
public sealed class KernelModel
{
    private readonly Dictionary<uint, (SubmitRequest Request, IsoPacket[] Packets)> _urbs = [];
    private readonly Dictionary<uint, uint> _unlinks = [];

    public int PendingCount => _urbs.Count + _unlinks.Count;

    public void Submitted(in SubmitRequest request, IsoPacket[] packets) => _urbs.Add(request.Seqnum, (request, packets));

    /// <summary>A URB that was composed and is not sent yet: no reply to it can be right.</summary>
    public void Forget(uint seqnum) => _urbs.Remove(seqnum);

    public void Unlinked(uint seqnum, uint target) => _unlinks.Add(seqnum, target);

    /// <summary>Takes the reply at the front of <paramref name="bytes"/>; null if it isn't whole yet.</summary>
    /// <exception cref="KernelUnpluggedException">A real kernel would have dropped the device here, or been harmed.</exception>
    public KernelReply? Accept(ReadOnlySpan<byte> bytes, out int size)
    {
        size = ProtocolConstants.UrbHeaderSize;
        if (bytes.Length < size)
        {
            return null;
        }

        var header = UrbHeader.Read(bytes);
        Demand(bytes.Slice(8, 12).IndexOfAnyExcept((byte)0) < 0, header.Seqnum, "devid, direction or ep is not zero");
        return header.Command switch
        {
            UrbCommand.SubmitReply => AcceptSubmitReply(SubmitReply.Read(header, bytes), bytes, out size),
            UrbCommand.UnlinkReply => AcceptUnlinkReply(UnlinkReply.Read(header, bytes)),
            _ => throw new KernelUnpluggedException($"seqnum {header.Seqnum}: unknown pdu {(uint)header.Command}"),
        };
    }

    private KernelReply? AcceptSubmitReply(in SubmitReply reply, ReadOnlySpan<byte> bytes, out int size)
    {
        var seqnum = reply.Seqnum;
        Demand(_urbs.TryGetValue(seqnum, out var urb), seqnum, "cannot find a urb of seqnum");
        Demand(reply.ActualLength >= 0 && reply.ActualLength <= urb.Request.BufferLength, seqnum, $"actual_length {reply.ActualLength}");
        Demand(reply.PacketCount == urb.Packets.Length, seqnum, $"number_of_packets {reply.PacketCount}");
        Demand(reply.ErrorCount >= 0 && reply.ErrorCount <= urb.Packets.Length, seqnum, $"error_count {reply.ErrorCount}");
        DemandStatus(seqnum, reply.Status);
        var dataLength = urb.Request.Direction == UrbDirection.In ? reply.ActualLength : 0;
        size = SubmitReply.Size + dataLength + (urb.Packets.Length * IsoPacket.Size);
        if (bytes.Length < size)
        {
            return null;
        }

        var packets = AcceptPackets(reply, urb.Packets, bytes[(SubmitReply.Size + dataLength)..size]);
        _urbs.Remove(seqnum);
        return new KernelReply(
            seqnum, IsUnlink: false, reply.Status, reply.ActualLength, bytes.Slice(SubmitReply.Size, dataLength).ToArray(), packets, reply);
    }

    private static IsoPacket[] AcceptPackets(in SubmitReply reply, IsoPacket[] asked, ReadOnlySpan<byte> bytes)
    {
        var packets = new IsoPacket[asked.Length];
        var total = 0L;
        for (var index = 0; index < packets.Length; index++)
        {
            var packet = packets[index] = IsoPacket.Read(bytes[(index * IsoPacket.Size)..]);
            Demand(packet.Offset == asked[index].Offset, reply.Seqnum, $"packet {index}: offset {packet.Offset}");
            Demand(packet.Length == asked[index].Length, reply.Seqnum, $"packet {index}: length {packet.Length}");
            Demand(packet.ActualLength <= packet.Length, reply.Seqnum, $"packet {index}: actual_length {packet.ActualLength}");
            DemandStatus(reply.Seqnum, packet.Status);
            total += packet.ActualLength;
        }

        Demand(packets.Length == 0 || total == reply.ActualLength, reply.Seqnum, $"total length of iso packets {total}");
        return packets;
    }

    private KernelReply AcceptUnlinkReply(in UnlinkReply reply)
    {
        Demand(_unlinks.Remove(reply.Seqnum, out var target), reply.Seqnum, "no unlink of that seqnum is pending");
        var targetWasPending = _urbs.Remove(target);
        Demand(reply.Status == (targetWasPending ? UrbStatus.Unlinked : UrbStatus.Ok), reply.Seqnum, $"RET_UNLINK status {(int)reply.Status}");
        return new KernelReply(reply.Seqnum, IsUnlink: true, reply.Status, 0, [], [], default);
    }

    private static void DemandStatus(uint seqnum, UrbStatus status) => Demand(
        (int)status is 0 or -2 or -18 or -19 or -32 or -62 or -63 or -70 or -71 or -75 or -84 or -104 or -108 or -110 or -121,
        seqnum,
        $"status {(int)status}");

    private static void Demand(bool holds, uint seqnum, string what)
    {
        if (!holds)
        {
            throw new KernelUnpluggedException($"seqnum {seqnum}: {what}");
        }
    }
}
