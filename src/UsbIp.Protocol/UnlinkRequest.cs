namespace UsbIp.Protocol;

/// <summary>CMD_UNLINK: cancel the URB <see cref="TargetSeqnum"/> (kernel: struct usbip_header_cmd_unlink).</summary>
public readonly record struct UnlinkRequest(uint Seqnum, DeviceId DeviceId, uint TargetSeqnum)
{
    public const int Size = ProtocolConstants.UrbHeaderSize;

    /// <summary>Reads the 48 bytes of which <paramref name="header"/> is the beginning.</summary>
    public static UnlinkRequest Read(UrbHeader header, ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes[UrbHeader.Size..Size]);
        return new UnlinkRequest(header.Seqnum, header.DeviceId, wire.U32());
    }

    public void Write(Span<byte> bytes)
    {
        new UrbHeader(UrbCommand.Unlink, Seqnum, DeviceId, UrbDirection.Out, 0).Write(bytes);
        var wire = new WireWriter(bytes[UrbHeader.Size..]);
        wire.U32(TargetSeqnum);
        wire.Pad(24);
    }
}
