using UsbIp.Devices;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Usbfs;

/// <summary>The packets of isochronous transfers, between a transfer and a URB of usbfs.</summary>
internal static unsafe class UsbfsPackets
{
    public static byte TypeOf(TransferType type) => type switch
    {
        TransferType.Isochronous => UsbfsUrb.TypeIsochronous,
        TransferType.Interrupt => UsbfsUrb.TypeInterrupt,
        TransferType.Control => UsbfsUrb.TypeControl,
        _ => UsbfsUrb.TypeBulk,
    };

    /// <summary>Whether there are packets, and the buffer holds them.</summary>
    public static bool Fit(UsbTransfer transfer)
    {
        var total = 0L;
        foreach (var packet in transfer.IsoPackets)
        {
            if (packet.Length < 0)
            {
                return false;
            }

            total += packet.Length;
        }

        return transfer.IsoPackets.Length > 0 && total <= transfer.Length;
    }

    /// <summary>Makes the URB one of these packets.</summary>
    /// <returns>How many bytes of the buffer they take.</returns>
    public static int Fill(UsbfsUrb* urb, ReadOnlySpan<IsoPacketResult> packets)
    {
        var native = UsbfsUrb.Packets(urb);
        var total = 0;
        for (var index = 0; index < packets.Length; index++)
        {
            total += packets[index].Length;
            native[index] = new UsbfsPacket { Length = (uint)packets[index].Length };
        }

        urb->Flags = UsbfsUrb.IsoAsSoonAsPossible;
        urb->PacketCount = packets.Length;
        urb->BufferLength = total;
        return total;
    }

    /// <summary>Takes over what became of the URB's packets.</summary>
    /// <returns>How many bytes they moved.</returns>
    public static int Read(UsbfsUrb* urb, Span<IsoPacketResult> packets, bool isCancelled)
    {
        var native = UsbfsUrb.Packets(urb);
        var total = 0;
        for (var index = 0; index < urb->PacketCount; index++)
        {
            ref var packet = ref packets[index];
            packet.ActualLength = (int)Math.Min(native[index].ActualLength, (uint)packet.Length);
            packet.Status = UsbfsResults.FromUrb(native[index].Status, isCancelled);
            total += packet.ActualLength;
        }

        return total;
    }
}
