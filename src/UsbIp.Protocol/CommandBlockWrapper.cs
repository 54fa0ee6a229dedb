using System.Buffers.Binary;

namespace UsbIp.Protocol;

/// <summary>The 31 bytes with which a computer begins a command to a disk (USB Mass Storage Class, Bulk-Only Transport 1.0, 5.1). Little-endian.</summary>
/// <param name="Tag">dCBWTag: comes back with the status.</param>
/// <param name="DataLength">dCBWDataTransferLength in bytes.</param>
/// <param name="IsIn">Whether the device sends the data.</param>
/// <param name="Unit">bCBWLUN.</param>
/// <param name="CommandLength">bCBWCBLength: valid bytes of the command, which begins at <see cref="CommandOffset"/>.</param>
public readonly record struct CommandBlockWrapper(uint Tag, uint DataLength, bool IsIn, byte Unit, byte CommandLength)
{
    public const int Size = 31;
    public const int CommandOffset = 15;
    public const int MaxCommandLength = 16;

    private const uint Signature = 0x43425355; // "USBC"

    /// <summary>False: the bytes are not valid, or not meaningful (6.2.1, 6.2.2), and the computer has to reset the device.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out CommandBlockWrapper wrapper)
    {
        wrapper = default;
        if (bytes.Length != Size || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Signature)
        {
            return false;
        }

        wrapper = new CommandBlockWrapper(
            Tag: BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
            DataLength: BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]),
            IsIn: (bytes[12] & 0x80) != 0,
            Unit: bytes[13],
            CommandLength: bytes[14]);
        return (bytes[12] & 0x7F) == 0 && wrapper.Unit <= 0x0F && wrapper.CommandLength is >= 1 and <= MaxCommandLength;
    }
}
