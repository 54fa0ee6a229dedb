using System.Buffers.Binary;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>What the bridge must know of a command block wrapper (USB Mass Storage Class, Bulk-Only Transport 1.0, 5.1).</summary>
/// <param name="DataLength">dCBWDataTransferLength in bytes.</param>
/// <param name="IsIn">Whether the device sends the data.</param>
internal readonly record struct CommandBlock(uint DataLength, bool IsIn)
{
    public const int Size = 31;

    private const uint Signature = 0x43425355; // "USBC"

    /// <summary>False if the bytes are no valid command block.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out CommandBlock command)
    {
        command = default;
        if (bytes.Length != Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Signature || bytes[14] is 0 or > 16)
        {
            return false;
        }

        command = new CommandBlock(BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]), (bytes[12] & 0x80) != 0);
        return true;
    }
}
