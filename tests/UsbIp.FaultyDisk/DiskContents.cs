using System.Buffers.Binary;

namespace UsbIp.FaultyDisk;

/// <summary>The disk's blocks, and what it answers to the few SCSI commands that it knows.</summary>
internal sealed class DiskContents
{
    public const byte Read = 0x28;
    public const byte Write = 0x2A;

    private const byte TestUnitReady = 0x00;
    private const byte RequestSense = 0x03;
    private const byte Inquiry = 0x12;
    private const byte ModeSense = 0x1A;
    private const byte ReadCapacity = 0x25;

    private readonly byte[] _blocks = new byte[MisbehavingDisk.BlockSize * MisbehavingDisk.BlockCount];
    private readonly byte[] _answer = new byte[64];

    public DiskContents()
    {
        for (var block = 0; block < MisbehavingDisk.BlockCount; block++)
        {
            Block(block).Span.Fill((byte)(block % 251));
        }
    }

    /// <summary>What the next REQUEST SENSE will be told.</summary>
    public byte SenseKey { get; set; }

    public Memory<byte> Block(int number, int count = 1) =>
        _blocks.AsMemory(number * MisbehavingDisk.BlockSize, count * MisbehavingDisk.BlockSize);

    /// <summary>The bytes that a command moves, in place. False: the command is unknown.</summary>
    public bool TryFind(ReadOnlySpan<byte> command, out Memory<byte> data)
    {
        _answer.AsSpan().Clear();
        data = default;
        switch (command[0])
        {
            case Read or Write:
                data = Block(BinaryPrimitives.ReadInt32BigEndian(command[2..]), BinaryPrimitives.ReadUInt16BigEndian(command[7..]));
                return true;
            case Inquiry when command[1] == 0:
                (_answer[2], _answer[3], _answer[4]) = (6, 2, 31);
                "UsbIp   Faulty Disk     1.00"u8.CopyTo(_answer.AsSpan(8));
                data = _answer.AsMemory(0, 36);
                return true;
            case RequestSense:
                (_answer[0], _answer[2], _answer[7], SenseKey) = (0x70, SenseKey, 10, 0);
                data = _answer.AsMemory(0, 18);
                return true;
            case ReadCapacity:
                BinaryPrimitives.WriteUInt32BigEndian(_answer, MisbehavingDisk.BlockCount - 1);
                BinaryPrimitives.WriteUInt32BigEndian(_answer.AsSpan(4), MisbehavingDisk.BlockSize);
                data = _answer.AsMemory(0, 8);
                return true;
            case ModeSense:
                _answer[0] = 3;
                data = _answer.AsMemory(0, 4);
                return true;
            case TestUnitReady:
                return true;
            default:
                return false;
        }
    }
}
