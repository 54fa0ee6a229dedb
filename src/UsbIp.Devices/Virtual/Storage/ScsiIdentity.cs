using System.Buffers.Binary;
using System.Text;

namespace UsbIp.Devices.Virtual.Storage;

/// <summary>The answers to INQUIRY (SPC-4, 6.4 and 7.8): who the disk is.</summary>
internal sealed class ScsiIdentity(string vendor, string product, string serialNumber)
{
    private const byte SupportedPages = 0x00;
    private const byte UnitSerialNumber = 0x80;
    private const byte DeviceIdentification = 0x83;
    private const byte BlockLimits = 0xB0;
    private const byte BlockCharacteristics = 0xB1;

    /// <summary>Bytes of the answer; -1: no such page.</summary>
    public int Inquire(ReadOnlySpan<byte> command, DiskImage image, Span<byte> bytes)
    {
        var wantsPage = (command[1] & 1) != 0;
        if (!wantsPage)
        {
            return command[2] == 0 ? Standard(bytes) : -1;
        }

        bytes[1] = command[2];
        var length = command[2] switch
        {
            SupportedPages => Copy([SupportedPages, UnitSerialNumber, DeviceIdentification, BlockLimits, BlockCharacteristics], bytes),
            UnitSerialNumber => Text(serialNumber, serialNumber.Length, bytes[4..]),
            DeviceIdentification => Identification(bytes),
            BlockLimits => Limits(image, bytes),
            BlockCharacteristics => Characteristics(bytes),
            _ => -1,
        };
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)Math.Max(0, length));
        return length < 0 ? -1 : 4 + length;
    }

    /// <summary>A removable disk, SPC-4.</summary>
    private int Standard(Span<byte> bytes)
    {
        bytes[1] = 0x80;
        bytes[2] = 0x06;
        bytes[3] = 0x02;
        bytes[4] = 31;
        Text(vendor, 8, bytes[8..]);
        Text(product, 16, bytes[16..]);
        Text("1.00", 4, bytes[32..]);
        return 36;
    }

    /// <summary>T10 vendor identification: vendor, product and serial number.</summary>
    private int Identification(Span<byte> bytes)
    {
        var designator = bytes[4..];
        designator[0] = 0x02;
        designator[1] = 0x01;
        Text(vendor, 8, designator[4..]);
        var length = 8 + Text(serialNumber, serialNumber.Length, designator[12..]);
        designator[3] = (byte)length;
        return 4 + length;
    }

    private static int Limits(DiskImage image, Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], 8); // optimal granularity: 4 KiB
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], (uint)Math.Min(image.BlockCount, 1 << 16));
        return 60;
    }

    /// <summary>Not a rotating medium.</summary>
    private static int Characteristics(Span<byte> bytes)
    {
        bytes[5] = 1;
        return 60;
    }

    private static int Copy(ReadOnlySpan<byte> pages, Span<byte> bytes)
    {
        pages.CopyTo(bytes[4..]);
        return pages.Length;
    }

    private static int Text(string text, int width, Span<byte> bytes)
    {
        bytes[..width].Fill((byte)' ');
        Encoding.ASCII.GetBytes(text.AsSpan(0, Math.Min(text.Length, width)), bytes);
        return width;
    }
}
