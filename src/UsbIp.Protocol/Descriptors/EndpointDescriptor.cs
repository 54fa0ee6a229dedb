namespace UsbIp.Protocol.Descriptors;

/// <summary>An endpoint of one alternate setting (USB 2.0, 9.6.6; USB 3.2, 9.6.7 for the companion).</summary>
/// <param name="Address">bEndpointAddress: the number, with bit 7 set for IN.</param>
/// <param name="Type">Control, isochronous, bulk or interrupt.</param>
/// <param name="MaxPacketSize">wMaxPacketSize as it stands, the high-bandwidth bits 12..11 included.</param>
/// <param name="Interval">bInterval as it stands.</param>
/// <param name="MaxBurst">bMaxBurst of the SuperSpeed companion; 0 without one.</param>
/// <param name="CompanionAttributes">bmAttributes of the SuperSpeed companion; 0 without one.</param>
/// <param name="BytesPerInterval">wBytesPerInterval of the SuperSpeed companion; 0 without one.</param>
public sealed record EndpointDescriptor(
    byte Address,
    TransferType Type,
    ushort MaxPacketSize,
    byte Interval,
    byte MaxBurst = 0,
    byte CompanionAttributes = 0,
    ushort BytesPerInterval = 0)
{
    public bool IsIn => (Address & 0x80) != 0;

    /// <summary>Bytes of one packet, without the high-bandwidth bits.</summary>
    public int PacketSize => MaxPacketSize & 0x7FF;
}
