namespace UsbIp.Protocol;

/// <summary>
/// One packet of an isochronous URB (kernel: struct usbip_iso_packet_descriptor, 16 bytes). In requests <see cref="ActualLength"/> and
/// <see cref="Status"/> mean nothing (Linux sends 0 and -EXDEV); replies echo <see cref="Offset"/> and <see cref="Length"/>.
/// </summary>
/// <param name="Offset">Where the packet lies in the URB's buffer, in bytes.</param>
/// <param name="Length">Bytes to transfer.</param>
/// <param name="ActualLength">Bytes transferred.</param>
/// <param name="Status">How the packet ended.</param>
public readonly record struct IsoPacket(uint Offset, uint Length, uint ActualLength = 0, UrbStatus Status = UrbStatus.Ok)
{
    public const int Size = 16;

    public static IsoPacket Read(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        return new IsoPacket(wire.U32(), wire.U32(), wire.U32(), (UrbStatus)wire.I32());
    }

    public void Write(Span<byte> bytes)
    {
        var wire = new WireWriter(bytes);
        wire.U32(Offset);
        wire.U32(Length);
        wire.U32(ActualLength);
        wire.I32((int)Status);
    }
}
