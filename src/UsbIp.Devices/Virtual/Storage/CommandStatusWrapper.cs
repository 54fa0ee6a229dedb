using System.Buffers.Binary;

namespace UsbIp.Devices.Virtual.Storage;

/// <summary>bCSWStatus.</summary>
internal enum CommandStatus : byte
{
    Passed = 0,
    Failed = 1,
    PhaseError = 2,
}

/// <summary>The 13 bytes with which a command ends (Mass Storage Bulk-Only 1.0, 5.2). Little-endian.</summary>
internal readonly record struct CommandStatusWrapper(uint Tag, uint Residue, CommandStatus Status)
{
    public const int Size = 13;

    private const uint Signature = 0x53425355; // "USBS"

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Signature);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], Tag);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Residue);
        bytes[12] = (byte)Status;
    }
}
