namespace UsbIp.Protocol;

/// <summary>
/// RET_UNLINK: what became of a cancel (kernel: struct usbip_header_ret_unlink). <see cref="Seqnum"/> is the CMD_UNLINK's own.
/// <see cref="UrbStatus.Unlinked"/> means that the target ends with this message and no RET_SUBMIT follows;
/// <see cref="UrbStatus.Ok"/> that the target had been answered before.
/// </summary>
public readonly record struct UnlinkReply(uint Seqnum, UrbStatus Status)
{
    public const int Size = ProtocolConstants.UrbHeaderSize;

    /// <summary>Reads the 48 bytes of which <paramref name="header"/> is the beginning.</summary>
    public static UnlinkReply Read(UrbHeader header, ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes[UrbHeader.Size..Size]);
        return new UnlinkReply(header.Seqnum, (UrbStatus)wire.I32());
    }

    public void Write(Span<byte> bytes)
    {
        new UrbHeader(UrbCommand.UnlinkReply, Seqnum, default, UrbDirection.Out, 0).Write(bytes);
        var wire = new WireWriter(bytes[UrbHeader.Size..]);
        wire.I32((int)Status);
        wire.Pad(24);
    }
}
