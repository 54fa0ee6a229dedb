namespace UsbIp.Protocol;

/// <summary>
/// CMD_SUBMIT: run one URB (kernel: struct usbip_header_cmd_submit). Behind an OUT request follow <see cref="BufferLength"/> bytes of
/// data; behind those, for an isochronous endpoint, <see cref="PacketCount"/> descriptors of <see cref="IsoPacket.Size"/> bytes.
/// </summary>
/// <param name="Seqnum">The sender's name for the URB; opaque.</param>
/// <param name="DeviceId">The imported device.</param>
/// <param name="Direction">Which way the data goes.</param>
/// <param name="Endpoint">Endpoint number, 0..15, without the direction bit.</param>
/// <param name="Flags">transfer_flags; bits that we do not know are kept and ignored.</param>
/// <param name="BufferLength">transfer_buffer_length in bytes; may be anything on the wire, negative too.</param>
/// <param name="StartFrame">start_frame of isochronous URBs, in frames.</param>
/// <param name="PacketCount">number_of_packets; for other endpoints 0, -1 or garbage, depending on the peer.</param>
/// <param name="Interval">interval, in frames or microframes; hosts use the descriptor's.</param>
/// <param name="Setup">The setup packet of a control URB; zeros otherwise.</param>
public readonly record struct SubmitRequest(
    uint Seqnum,
    DeviceId DeviceId,
    UrbDirection Direction,
    byte Endpoint,
    TransferFlags Flags,
    int BufferLength,
    int StartFrame,
    int PacketCount,
    int Interval,
    SetupPacket Setup)
{
    public const int Size = ProtocolConstants.UrbHeaderSize;

    /// <summary>The endpoint's address: its number with bit 7 set for IN.</summary>
    public byte EndpointAddress => (byte)(Endpoint | (Direction == UrbDirection.In ? 0x80 : 0));

    /// <summary>Reads the 48 bytes of which <paramref name="header"/> is the beginning.</summary>
    public static SubmitRequest Read(UrbHeader header, ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes[UrbHeader.Size..Size]);
        return new SubmitRequest(
            header.Seqnum,
            header.DeviceId,
            header.Direction,
            header.Endpoint,
            Flags: (TransferFlags)wire.U32(),
            BufferLength: wire.I32(),
            StartFrame: wire.I32(),
            PacketCount: wire.I32(),
            Interval: wire.I32(),
            Setup: SetupPacket.Read(wire.Raw(SetupPacket.Size)));
    }

    public void Write(Span<byte> bytes)
    {
        new UrbHeader(UrbCommand.Submit, Seqnum, DeviceId, Direction, Endpoint).Write(bytes);
        var wire = new WireWriter(bytes[UrbHeader.Size..]);
        wire.U32((uint)Flags);
        wire.I32(BufferLength);
        wire.I32(StartFrame);
        wire.I32(PacketCount);
        wire.I32(Interval);
        Setup.Write(bytes[(Size - SetupPacket.Size)..]);
    }
}
