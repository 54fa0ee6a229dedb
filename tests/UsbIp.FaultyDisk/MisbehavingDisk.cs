using System.Buffers.Binary;
using System.Collections.Concurrent;
using UsbIp.Devices.Virtual;
using UsbIp.Protocol;

namespace UsbIp.FaultyDisk;

/// <summary>
/// A bulk-only disk in memory that misbehaves on demand: a READ or WRITE of the block <see cref="FirstFaultyBlock"/> + n has the
/// <see cref="DiskFault"/> n the first time, and none when it is tried again. Every other block is good.
/// </summary>
public sealed class MisbehavingDisk : VirtualDevice
{
    public const int BlockSize = 512;
    public const int BlockCount = 8192;

    /// <summary>Each fault has this many blocks, of which the first has the fault.</summary>
    public const int BlocksPerFault = 16;

    /// <summary>Behind what partition scans and the like read.</summary>
    public const int FirstFaultyBlock = 4096;

    private const byte In = 0x81;
    private const byte Out = 0x01;
    private const byte TestUnitReady = 0x00;
    private const byte RequestSense = 0x03;
    private const byte Inquiry = 0x12;
    private const byte ModeSense = 0x1A;
    private const byte ReadCapacity = 0x25;
    private const byte Read = 0x28;
    private const byte Write = 0x2A;

    private readonly byte[] _blocks = new byte[BlockSize * BlockCount];
    private readonly HashSet<(byte Operation, DiskFault Fault)> _done = [];
    private readonly ConcurrentQueue<string> _commands = new();
    private readonly byte[] _answer = new byte[64];
    private volatile Stage _stage;
    private DiskFault _fault;
    private byte[] _command = [];
    private uint _tag;
    private Memory<byte> _data;
    private int _moved;
    private int _hostLength;
    private bool _isIn;
    private byte _status;
    private byte _senseKey;

    public MisbehavingDisk()
        : base(new DeviceBuilder(UsbSpeed.High, 0x0525, 0xA4A5).Names("UsbIp", "Faulty Disk", "4641554C5459").Interface(0x08, 0x06, 0x50).BulkIn(1).BulkOut(1).Build())
    {
        for (var block = 0; block < BlockCount; block++)
        {
            _blocks.AsSpan(block * BlockSize, BlockSize).Fill((byte)(block % 251));
        }
    }

    private enum Stage
    {
        Command,
        Data,
        Status,
        Hung,
    }

    /// <summary>What the disk carried out, in order: operation, block, and how it went.</summary>
    public IReadOnlyCollection<string> Commands => _commands;

    /// <summary>It has a command, and will say nothing more until it is reset. Any thread.</summary>
    public bool IsHung => _stage == Stage.Hung;

    /// <summary>The block whose READ or WRITE has the fault.</summary>
    public static int BlockOf(DiskFault fault) => FirstFaultyBlock + ((int)fault * BlocksPerFault);

    /// <summary>What a block holds at this moment.</summary>
    public byte[] Block(int number) => _blocks[(number * BlockSize)..((number + 1) * BlockSize)];

    protected override void OnReset() => _stage = Stage.Command;

    protected override void OnConfigured(byte value) => _stage = Stage.Command;

    protected override ControlReply OnControl(SetupPacket setup, Span<byte> data)
    {
        switch (setup)
        {
            case { RequestType: 0xA1, Request: 0xFE }:
                return ControlReply.Data([0], data);
            case { RequestType: 0x21, Request: 0xFF }:
                _stage = Stage.Command;
                Endpoint(Out).Wake();
                return ControlReply.Done;
            default:
                return ControlReply.Stall;
        }
    }

    protected override int OnOut(VirtualEndpoint endpoint, ReadOnlySpan<byte> data, bool endOfMessage) => _stage switch
    {
        Stage.Command => Begin(endpoint, data),
        Stage.Data when !_isIn => Take(endpoint, data),
        _ => Nak,
    };

    protected override InReply OnIn(VirtualEndpoint endpoint, Span<byte> buffer) => _stage switch
    {
        Stage.Data when _isIn => Give(endpoint, buffer),
        Stage.Status => GiveStatus(endpoint, buffer),
        _ => InReply.Nothing,
    };

    private int Begin(VirtualEndpoint endpoint, ReadOnlySpan<byte> wrapper)
    {
        if (wrapper.Length != 31 || BinaryPrimitives.ReadUInt32LittleEndian(wrapper) != 0x43425355)
        {
            endpoint.Stall();
            return Nak;
        }

        _tag = BinaryPrimitives.ReadUInt32LittleEndian(wrapper[4..]);
        _hostLength = BinaryPrimitives.ReadInt32LittleEndian(wrapper[8..]);
        _isIn = (wrapper[12] & 0x80) != 0;
        _command = wrapper[15..31].ToArray();
        _fault = TakeFault();
        if (_fault == DiskFault.StallsCommand)
        {
            endpoint.Stall();
            return Nak;
        }

        _commands.Enqueue($"{_command[0]:x2} block {BinaryPrimitives.ReadUInt32BigEndian(_command.AsSpan(2))}: {_fault}");
        Prepare();
        Endpoint(In).Wake();
        endpoint.Wake();
        return wrapper.Length;
    }

    /// <summary>The fault that the command's block has, if it was not shown yet.</summary>
    private DiskFault TakeFault()
    {
        if (_command[0] is not (Read or Write))
        {
            return DiskFault.None;
        }

        var place = BinaryPrimitives.ReadInt32BigEndian(_command.AsSpan(2)) - FirstFaultyBlock;
        var fault = (DiskFault)(place / BlocksPerFault);
        return place >= 0 && place % BlocksPerFault == 0 && Enum.IsDefined(fault) && _done.Add((_command[0], fault)) ? fault : DiskFault.None;
    }

    private void Prepare()
    {
        _moved = 0;
        _status = 0;
        _data = DataOf();
        if (_data.Length > _hostLength)
        {
            _data = _data[.._hostLength];
        }

        _stage = _fault == DiskFault.HangsInData ? Stage.Hung
            : _hostLength > 0 ? Stage.Data
            : Stage.Status;
    }

    private Memory<byte> DataOf()
    {
        _answer.AsSpan().Clear();
        switch (_command[0])
        {
            case Read or Write:
                var block = BinaryPrimitives.ReadInt32BigEndian(_command.AsSpan(2));
                var count = BinaryPrimitives.ReadUInt16BigEndian(_command.AsSpan(7));
                return _blocks.AsMemory(block * BlockSize, count * BlockSize);
            case Inquiry when _command[1] == 0:
                _answer[2] = 6;
                _answer[3] = 2;
                _answer[4] = 31;
                "UsbIp   Faulty Disk     1.00"u8.CopyTo(_answer.AsSpan(8));
                return _answer.AsMemory(0, 36);
            case RequestSense:
                (_answer[0], _answer[2], _answer[7], _senseKey) = (0x70, _senseKey, 10, 0);
                return _answer.AsMemory(0, 18);
            case ReadCapacity:
                BinaryPrimitives.WriteUInt32BigEndian(_answer, BlockCount - 1);
                BinaryPrimitives.WriteUInt32BigEndian(_answer.AsSpan(4), BlockSize);
                return _answer.AsMemory(0, 8);
            case ModeSense:
                _answer[0] = 3;
                return _answer.AsMemory(0, 4);
            case TestUnitReady:
                return default;
            default:
                (_status, _senseKey) = (1, 5); // illegal request
                return default;
        }
    }

    private int Take(VirtualEndpoint endpoint, ReadOnlySpan<byte> data)
    {
        if (IsToStall() || _data.IsEmpty)
        {
            Stall(endpoint);
            return Nak;
        }

        var count = Math.Min(data.Length, Limit() - _moved);
        data[..count].CopyTo(_data.Span[_moved..]);
        _moved += count;
        if (_moved == _data.Length)
        {
            EnterStatus();
        }
        else if (IsToStall())
        {
            Stall(endpoint);
        }

        return count;
    }

    private InReply Give(VirtualEndpoint endpoint, Span<byte> buffer)
    {
        if (IsToStall() || _data.IsEmpty)
        {
            Stall(endpoint);
            return InReply.Nothing;
        }

        if (_fault == DiskFault.SendsMore)
        {
            _data.Span.CopyTo(buffer); // and one byte more, which the host has no room for
            EnterStatus();
            return InReply.Message(buffer.Length + 1);
        }

        var count = Math.Min(buffer.Length, Limit() - _moved);
        _data.Span.Slice(_moved, count).CopyTo(buffer);
        _moved += count;
        if (_moved < Limit())
        {
            return InReply.Stream(count);
        }

        if (_fault == DiskFault.StallsDataHalfway)
        {
            return InReply.Stream(count); // asked for the rest, it stalls
        }

        EnterStatus();
        return _moved < _hostLength ? InReply.Message(count) : InReply.Stream(count);
    }

    private bool IsToStall() => _fault == DiskFault.StallsData || (_fault == DiskFault.StallsDataHalfway && _moved == Limit());

    /// <summary>How much of the data moves.</summary>
    private int Limit() => _fault switch
    {
        DiskFault.StallsDataHalfway => _data.Length / 2,
        DiskFault.SendsLess when _isIn => _data.Length - 100,
        _ => _data.Length,
    };

    private void Stall(VirtualEndpoint endpoint)
    {
        endpoint.Stall();
        if (_status == 0)
        {
            (_status, _senseKey) = (1, 3); // medium error
        }

        EnterStatus();
    }

    private void EnterStatus()
    {
        _stage = _fault == DiskFault.HangsInStatus ? Stage.Hung : Stage.Status;
        Endpoint(In).Wake();
    }

    private InReply GiveStatus(VirtualEndpoint endpoint, Span<byte> buffer)
    {
        switch (_fault)
        {
            case DiskFault.StallsStatus:
                _fault = DiskFault.None;
                endpoint.Stall();
                return InReply.Nothing;
            case DiskFault.SendsEmptyStatusFirst:
                _fault = DiskFault.None;
                return InReply.Message(0);
            default:
                break;
        }

        Span<byte> status = stackalloc byte[13];
        BinaryPrimitives.WriteUInt32LittleEndian(status, _fault == DiskFault.LosesSignature ? 0 : 0x53425355u);
        BinaryPrimitives.WriteUInt32LittleEndian(status[4..], _fault == DiskFault.MistakesTag ? ~_tag : _tag);
        BinaryPrimitives.WriteInt32LittleEndian(status[8..], _hostLength - _moved);
        status[12] = _fault switch
        {
            DiskFault.Fails => 1,
            DiskFault.LosesPhase => 2,
            _ => _status,
        };
        _senseKey = _fault == DiskFault.Fails ? (byte)3 : _senseKey;
        var length = _fault == DiskFault.CutsStatus ? 12 : 13;
        status[..Math.Min(length, buffer.Length)].CopyTo(buffer);
        _stage = Stage.Command;
        Endpoint(Out).Wake();
        return InReply.Message(length);
    }
}
