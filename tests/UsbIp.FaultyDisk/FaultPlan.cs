using System.Buffers.Binary;

namespace UsbIp.FaultyDisk;

/// <summary>Which command has which fault: a READ and a WRITE of a fault's block, the first one or each.</summary>
public sealed class FaultPlan(bool isOnce)
{
    /// <summary>From here on blocks have faults: behind what partition scans and the like read.</summary>
    public const int FirstBlock = 4096;

    private const int BlocksPerFault = 16;

    private readonly HashSet<(byte Operation, DiskFault Fault)> _shown = [];

    /// <summary>The block whose READ or WRITE has the fault.</summary>
    public static int BlockOf(DiskFault fault) => FirstBlock + ((int)fault * BlocksPerFault);

    /// <summary>The fault of this command, if it has one.</summary>
    internal DiskFault Take(ReadOnlySpan<byte> command)
    {
        if (command[0] is not (DiskContents.Read or DiskContents.Write))
        {
            return DiskFault.None;
        }

        var place = BinaryPrimitives.ReadInt32BigEndian(command[2..]) - FirstBlock;
        var fault = (DiskFault)(place / BlocksPerFault);
        return place >= 0 && place % BlocksPerFault == 0 && Enum.IsDefined(fault) && (!isOnce || _shown.Add((command[0], fault))) ? fault : DiskFault.None;
    }
}
