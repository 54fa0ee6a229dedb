using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// One reply that is ready to leave: a RET_SUBMIT with its URB, whose data and transfer it keeps alive until it has left; a RET_SUBMIT
/// that refuses a request, with nothing behind it; a RET_UNLINK; a pong; or a question of the host's own.
/// </summary>
public readonly record struct Reply(UrbCommand Command, uint Seqnum, UrbStatus Status, int PacketCount, PendingUrb? Urb)
{
    /// <summary>Who wants the device, in a question.</summary>
    public string? Asker { get; init; }

    /// <summary>Bytes of what goes out besides the device's data.</summary>
    public int HeadLength => Asker is null ? SubmitReply.Size + ((Urb?.IsoPacketCount ?? 0) * IsoPacket.Size) : GiveWay.Size;

    public static Reply Submitted(PendingUrb urb, UrbStatus status) =>
        new(UrbCommand.SubmitReply, urb.Request.Seqnum, status, EchoedPacketCount(urb.Request.PacketCount), urb);

    public static Reply Refused(in SubmitRequest request, UrbStatus status) =>
        new(UrbCommand.SubmitReply, request.Seqnum, status, EchoedPacketCount(request.PacketCount), null);

    public static Reply Unlinked(uint unlinkSeqnum, UrbStatus status) => new(UrbCommand.UnlinkReply, unlinkSeqnum, status, 0, null);

    public static Reply Pong(uint pingSeqnum) => new(UrbCommand.Pong, pingSeqnum, UrbStatus.Ok, 0, null);

    public static Reply Question(uint seqnum, string asker) => new(UrbCommand.GiveWayQuestion, seqnum, UrbStatus.Ok, 0, null) { Asker = asker };

    /// <summary>number_of_packets of a reply without packets: Linux wants 0, Windows clients their own -1 back; nobody anything else.</summary>
    private static int EchoedPacketCount(int asked) => asked == -1 ? -1 : 0;
}
