using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// One reply that is ready to leave: a RET_SUBMIT with its URB, whose data and transfer it keeps alive until it has left; a RET_SUBMIT
/// that refuses a request, with nothing behind it; a RET_UNLINK; or a pong.
/// </summary>
public readonly record struct Reply(UrbCommand Command, uint Seqnum, UrbStatus Status, int PacketCount, PendingUrb? Urb)
{
    public static Reply Submitted(PendingUrb urb, UrbStatus status) =>
        new(UrbCommand.SubmitReply, urb.Request.Seqnum, status, EchoedPacketCount(urb.Request.PacketCount), urb);

    public static Reply Refused(in SubmitRequest request, UrbStatus status) =>
        new(UrbCommand.SubmitReply, request.Seqnum, status, EchoedPacketCount(request.PacketCount), null);

    public static Reply Unlinked(uint unlinkSeqnum, UrbStatus status) => new(UrbCommand.UnlinkReply, unlinkSeqnum, status, 0, null);

    public static Reply Pong(uint pingSeqnum) => new(UrbCommand.Pong, pingSeqnum, UrbStatus.Ok, 0, null);

    /// <summary>number_of_packets of a reply without packets: Linux wants 0, Windows clients their own -1 back; nobody anything else.</summary>
    private static int EchoedPacketCount(int asked) => asked == -1 ? -1 : 0;
}
