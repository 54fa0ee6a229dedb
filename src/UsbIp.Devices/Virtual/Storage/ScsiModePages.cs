using System.Buffers.Binary;

namespace UsbIp.Devices.Virtual.Storage;

/// <summary>The answers to MODE SENSE (SPC-4, 7.5): write protection, and the caching page, which makes hosts flush.</summary>
internal static class ScsiModePages
{
    private const byte Caching = 0x08;
    private const byte AllPages = 0x3F;

    /// <summary>Bytes of the answer; -1: no such page.</summary>
    public static int Write6(DiskImage image, ReadOnlySpan<byte> command, Span<byte> bytes)
    {
        var length = WritePages(image, command, bytes[4..]);
        bytes[0] = (byte)(3 + length);
        bytes[2] = DeviceSpecific(image);
        return length < 0 ? -1 : 4 + length;
    }

    /// <inheritdoc cref="Write6"/>
    public static int Write10(DiskImage image, ReadOnlySpan<byte> command, Span<byte> bytes)
    {
        var length = WritePages(image, command, bytes[8..]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(6 + length));
        bytes[3] = DeviceSpecific(image);
        return length < 0 ? -1 : 8 + length;
    }

    /// <summary>WP and DPOFUA.</summary>
    private static byte DeviceSpecific(DiskImage image) => (byte)((image.IsReadOnly ? 0x80 : 0) | 0x10);

    private static int WritePages(DiskImage image, ReadOnlySpan<byte> command, Span<byte> bytes)
    {
        var page = command[2] & 0x3F;
        var isChangeable = command[2] >> 6 == 1;
        if (page is not (Caching or AllPages))
        {
            return -1;
        }

        bytes[0] = Caching;
        bytes[1] = 18;
        bytes[2] = (byte)(image.IsPersistent && !isChangeable ? 0x04 : 0); // WCE
        return 20;
    }
}
