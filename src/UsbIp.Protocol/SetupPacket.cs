using System.Buffers.Binary;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Protocol;

/// <summary>The eight bytes that begin a control transfer (USB 2.0, 9.3). Little-endian, also within USB/IP.</summary>
public readonly record struct SetupPacket(byte RequestType, byte Request, ushort Value, ushort Index, ushort Length)
{
    public const int Size = ProtocolConstants.SetupPacketSize;

    private const byte StandardDeviceIn = 0x80;
    private const byte GetDescriptor = 6;

    /// <summary>Bit 7 of bmRequestType: the data stage comes from the device.</summary>
    public bool IsIn => (RequestType & 0x80) != 0;

    public static SetupPacket Read(ReadOnlySpan<byte> bytes) => new(
        bytes[0],
        bytes[1],
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]),
        BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]));

    public void Write(Span<byte> bytes)
    {
        bytes[0] = RequestType;
        bytes[1] = Request;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], Value);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], Index);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[6..], Length);
    }

    /// <summary>Whether this is the standard GET_DESCRIPTOR (USB 2.0, 9.4.3) of the device for this type, whichever index and length.</summary>
    public bool IsForDescriptor(DescriptorType type) => RequestType == StandardDeviceIn && Request == GetDescriptor && Value >> 8 == (int)type;

    public override string ToString() => $"{RequestType:x2} {Request:x2} {Value:x4} {Index:x4} {Length:x4}";
}
