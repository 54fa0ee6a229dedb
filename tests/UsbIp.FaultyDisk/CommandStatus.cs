using System.Buffers.Binary;

namespace UsbIp.FaultyDisk;

/// <summary>The status of a command (Bulk-Only Transport 1.0, 5.2), or what a fault makes of it.</summary>
internal static class CommandStatus
{
    public const int Size = 13;

    private const uint Signature = 0x53425355; // "USBS"

    /// <returns>How many bytes the disk sends.</returns>
    public static int Write(Span<byte> bytes, DiskFault fault, uint tag, int residue, byte status)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, fault == DiskFault.LosesSignature ? 0 : Signature);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], fault == DiskFault.MistakesTag ? ~tag : tag);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], residue);
        bytes[12] = fault switch
        {
            DiskFault.Fails => 1,
            DiskFault.LosesPhase => 2,
            _ => status,
        };
        return fault == DiskFault.CutsStatus ? Size - 1 : Size;
    }
}
