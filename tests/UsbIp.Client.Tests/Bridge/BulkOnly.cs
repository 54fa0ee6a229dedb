using System.Buffers.Binary;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>A disk as a driver sees it.</summary>
internal static class BulkOnly
{
    public const byte In = 1;
    public const byte Out = 2;

    /// <summary>Its interface descriptor and those of its endpoints.</summary>
    public static ReadOnlySpan<byte> Interface =>
    [
        9, 4, 0, 0, 2, 8, 6, 0x50, 0,
        7, 5, 0x80 | In, 2, 0, 2, 0,
        7, 5, Out, 2, 0, 2, 0,
    ];

    /// <summary>A command block.</summary>
    public static byte[] Command(int length, bool isIn)
    {
        var block = new byte[31];
        "USBC"u8.CopyTo(block);
        block[4] = 7;
        BinaryPrimitives.WriteInt32LittleEndian(block.AsSpan(8), length);
        block[12] = (byte)(isIn ? 0x80 : 0);
        block[14] = 10;
        return block;
    }
}
