using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// The whole reply to a URB for which nothing was transferred, made from what the kernel asked for: an isochronous one gets its packet table
/// back, each packet with the status. vhci_hcd would take a reply without the table too, but its drivers submit the same URB again, then
/// without a single packet (usbip_common.c, usbip_pack_ret_submit).
/// </summary>
internal static class FailedReply
{
    public static byte[] Compose(PendingUrb urb, UrbStatus status)
    {
        var packets = urb.Packets;
        var message = new byte[SubmitReply.Size + (packets.Length * IsoPacket.Size)];
        new SubmitReply(urb.Request.Seqnum, status, ActualLength: 0, urb.Request.StartFrame, packets.Length, packets.Length).Write(message);
        for (var index = 0; index < packets.Length; index++)
        {
            var packet = packets[index] with { ActualLength = 0, Status = status };
            packet.Write(message.AsSpan(SubmitReply.Size + (index * IsoPacket.Size)));
        }

        return message;
    }
}
