namespace UsbIp.Protocol;

/// <summary>
/// RET_SUBMIT: how a URB ended (kernel: struct usbip_header_ret_submit). The reply to an IN request is followed by
/// <see cref="ActualLength"/> bytes, whatever the status; that to an isochronous request by <see cref="PacketCount"/> descriptors.
/// </summary>
public readonly record struct SubmitReply(
    uint Seqnum, UrbStatus Status, int ActualLength, int StartFrame = 0, int PacketCount = 0, int ErrorCount = 0)
{
    public const int Size = ProtocolConstants.UrbHeaderSize;

    /// <summary>Reads the 48 bytes of which <paramref name="header"/> is the beginning.</summary>
    public static SubmitReply Read(UrbHeader header, ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes[UrbHeader.Size..Size]);
        return new SubmitReply(
            header.Seqnum,
            Status: (UrbStatus)wire.I32(),
            ActualLength: wire.I32(),
            StartFrame: wire.I32(),
            PacketCount: wire.I32(),
            ErrorCount: wire.I32());
    }

    public void Write(Span<byte> bytes)
    {
        new UrbHeader(UrbCommand.SubmitReply, Seqnum, default, UrbDirection.Out, 0).Write(bytes);
        var wire = new WireWriter(bytes[UrbHeader.Size..]);
        wire.I32((int)Status);
        wire.I32(ActualLength);
        wire.I32(StartFrame);
        wire.I32(PacketCount);
        wire.I32(ErrorCount);
        wire.Pad(8);
    }
}
