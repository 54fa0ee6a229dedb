using System.Buffers.Binary;

namespace UsbIp.Devices.Virtual.Storage;

/// <summary>The 31 bytes with which a host begins a command (Mass Storage Bulk-Only 1.0, 5.1). Little-endian.</summary>
internal readonly record struct CommandBlockWrapper(uint Tag, uint DataLength, bool IsIn, byte Unit, byte CommandLength)
{
    public const int Size = 31;
    public const int CommandOffset = 15;
    public const int MaxCommandLength = 16;

    private const uint Signature = 0x43425355; // "USBC"

    /// <summary>False: the bytes are not valid, or not meaningful (6.2.1, 6.2.2), and the host has to reset the device.</summary>
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

    /// <summary>
    /// How many bytes move: what both sides want. A command that wants more, or the other way, is a phase error (6.7, cases 2, 3, 7, 8, 10, 13).
    /// </summary>
    public long AgreeOnLength(ScsiAction action, out bool isPhaseError)
    {
        isPhaseError = action.Length > 0 && (DataLength < action.Length || IsIn != action.IsToHost);
        if (!isPhaseError)
        {
            return action.Length;
        }

        return IsIn && action.IsToHost ? DataLength : 0;
    }
}
