using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace UsbIp.Protocol.Descriptors;

/// <summary>The standard device descriptor (USB 2.0, 9.6.1), 18 bytes, little-endian.</summary>
public sealed record DeviceDescriptor(
    ushort UsbRelease,
    byte DeviceClass,
    byte DeviceSubClass,
    byte DeviceProtocol,
    byte MaxPacketSize0,
    ushort VendorId,
    ushort ProductId,
    ushort DeviceRelease,
    byte ManufacturerIndex,
    byte ProductIndex,
    byte SerialNumberIndex,
    byte ConfigurationCount)
{
    public const int Size = 18;

    /// <summary>False if the bytes are no whole device descriptor; a device may send anything.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DeviceDescriptor? descriptor)
    {
        descriptor = null;
        if (bytes.Length < Size || bytes[0] < Size || bytes[1] != (byte)DescriptorType.Device)
        {
            return false;
        }

        descriptor = new DeviceDescriptor(
            UsbRelease: BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]),
            DeviceClass: bytes[4],
            DeviceSubClass: bytes[5],
            DeviceProtocol: bytes[6],
            MaxPacketSize0: bytes[7],
            VendorId: BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]),
            ProductId: BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]),
            DeviceRelease: BinaryPrimitives.ReadUInt16LittleEndian(bytes[12..]),
            ManufacturerIndex: bytes[14],
            ProductIndex: bytes[15],
            SerialNumberIndex: bytes[16],
            ConfigurationCount: bytes[17]);
        return true;
    }

    public void Write(Span<byte> bytes)
    {
        bytes[0] = Size;
        bytes[1] = (byte)DescriptorType.Device;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], UsbRelease);
        bytes[4] = DeviceClass;
        bytes[5] = DeviceSubClass;
        bytes[6] = DeviceProtocol;
        bytes[7] = MaxPacketSize0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], VendorId);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[10..], ProductId);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[12..], DeviceRelease);
        bytes[14] = ManufacturerIndex;
        bytes[15] = ProductIndex;
        bytes[16] = SerialNumberIndex;
        bytes[17] = ConfigurationCount;
    }
}
