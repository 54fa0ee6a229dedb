using System.Buffers.Binary;

namespace UsbIp.Devices.Virtual.Storage;

/// <summary>The blocks that a READ, WRITE or VERIFY of 6, 10, 12 or 16 bytes names (SBC-3, 5).</summary>
internal readonly record struct ScsiExtent(ulong Block, uint Count, bool ForceUnitAccess)
{
    public bool LiesWithin(long blockCount) => Count <= (ulong)blockCount && Block <= (ulong)blockCount - Count;

    /// <summary>The group code, the upper three bits of the operation code, says how long the command is.</summary>
    public static ScsiExtent Read(ReadOnlySpan<byte> command)
    {
        var forceUnitAccess = (command[1] & 0x08) != 0;
        switch (command[0] >> 5)
        {
            case 0:
                var block = BinaryPrimitives.ReadUInt32BigEndian(command) & 0x1F_FFFF;
                return new ScsiExtent(block, command[4] == 0 ? 256u : command[4], ForceUnitAccess: false);
            case 1:
                return new ScsiExtent(
                    BinaryPrimitives.ReadUInt32BigEndian(command[2..]), BinaryPrimitives.ReadUInt16BigEndian(command[7..]), forceUnitAccess);
            case 4:
                return new ScsiExtent(
                    BinaryPrimitives.ReadUInt64BigEndian(command[2..]), BinaryPrimitives.ReadUInt32BigEndian(command[10..]), forceUnitAccess);
            default:
                return new ScsiExtent(
                    BinaryPrimitives.ReadUInt32BigEndian(command[2..]), BinaryPrimitives.ReadUInt32BigEndian(command[6..]), forceUnitAccess);
        }
    }
}
