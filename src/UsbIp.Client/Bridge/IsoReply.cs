using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Makes the reply to an isochronous URB safe. On the wire: header, for IN the packets' bytes without the holes between them, then one
/// descriptor per packet. The kernel moves those bytes to each descriptor's offset, so offsets and lengths are the ones it asked for.
/// </summary>
internal static class IsoReply
{
    /// <summary>Rewrites header and descriptors of a complete message whose actual_length and number_of_packets were checked.</summary>
    /// <exception cref="ProtocolException">A packet is longer than asked for, or the packets don't add up to the message's length.</exception>
    public static void Rewrite(in SubmitReply reply, PendingUrb urb, Span<byte> message)
    {
        var asked = urb.Packets;
        var descriptors = message[^(asked.Length * IsoPacket.Size)..];
        var total = 0L;
        var errors = 0;
        for (var index = 0; index < asked.Length; index++)
        {
            var descriptor = descriptors[(index * IsoPacket.Size)..];
            var packet = IsoPacket.Read(descriptor);
            if (packet.ActualLength > asked[index].Length)
            {
                throw new ProtocolException(
                    $"RET_SUBMIT seqnum {reply.Seqnum}: packet {index} has actual_length {packet.ActualLength}, asked for were {asked[index].Length}.");
            }

            var status = StatusAllowList.Filter(packet.Status);
            total += packet.ActualLength;
            errors += status == UrbStatus.Ok ? 0 : 1;
            (asked[index] with { ActualLength = packet.ActualLength, Status = status }).Write(descriptor);
        }

        var actualLength = CheckTotal(reply, urb.Request, total);
        new SubmitReply(reply.Seqnum, StatusAllowList.Filter(reply.Status), actualLength, reply.StartFrame, asked.Length, errors).Write(message);
    }

    /// <summary>
    /// Hosts that hand on libusb's actual_length, which is 0 for isochronous transfers, send a 0 with packets that are right (usbipdcpp).
    /// For OUT, where no data follows, the packets' sum is then put in its place; the kernel would drop the device.
    /// </summary>
    private static int CheckTotal(in SubmitReply reply, in SubmitRequest request, long total)
    {
        var isZeroQuirk = request.Direction == UrbDirection.Out && reply.ActualLength == 0 && total <= request.BufferLength;
        if (total != reply.ActualLength && !isZeroQuirk)
        {
            throw new ProtocolException(
                $"RET_SUBMIT seqnum {reply.Seqnum}: the packets' actual_length add up to {total}, the header says {reply.ActualLength}.");
        }

        return (int)total;
    }
}
