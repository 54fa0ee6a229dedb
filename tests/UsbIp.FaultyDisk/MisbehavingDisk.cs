using System.Buffers.Binary;
using System.Collections.Concurrent;
using UsbIp.Devices.Virtual;
using UsbIp.Protocol;

namespace UsbIp.FaultyDisk;

/// <summary>
/// A bulk-only disk in memory that misbehaves on demand: a READ or WRITE of a block of the <see cref="FaultPlan"/> has that block's fault.
/// Every other block is good.
/// </summary>
public sealed class MisbehavingDisk : VirtualDevice
{
    public const int BlockSize = 512;
    public const int BlockCount = 8192;

    private const byte In = 0x81;
    private const byte Out = 0x01;
    private const byte IllegalRequest = 5;
    private const byte MediumError = 3;

    private readonly DiskContents _contents = new();
    private readonly FaultPlan _plan;
    private readonly ConcurrentQueue<string> _commands = new();
    private volatile Stage _stage;
    private DiskFault _fault;
    private byte[] _command = [];
    private uint _tag;
    private Memory<byte> _data;
    private int _moved;
    private int _hostLength;
    private bool _isIn;
    private byte _status;

    /// <param name="isOnce">Whether a fault is gone when its command is tried again.</param>
    public MisbehavingDisk(bool isOnce = true)
        : base(new DeviceBuilder(UsbSpeed.High, 0x0525, 0xA4A5).Names("UsbIp", "Faulty Disk", "4641554C5459").Interface(0x08, 0x06, 0x50).BulkIn(1).BulkOut(1).Build()) => _plan = new FaultPlan(isOnce);

    private enum Stage
    {
        Command,
        Data,
        Status,
        Hung,
    }

    /// <summary>What the disk carried out, in order: operation, block, and how it went.</summary>
    public IReadOnlyCollection<string> Commands => _commands;

    /// <summary>It was given a command, and will say nothing more until it is reset. Any thread.</summary>
    public bool IsHung => _stage == Stage.Hung;

    /// <summary>What a block holds at this moment.</summary>
    public byte[] Block(int number) => _contents.Block(number).ToArray();

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
        _fault = _plan.Take(_command);
        if (_fault == DiskFault.StallsCommand)
        {
            endpoint.Stall();
            return Nak;
        }

        if (_fault == DiskFault.HangsInCommand)
        {
            _stage = Stage.Hung;
            return Nak;
        }

        _commands.Enqueue($"{_command[0]:x2} block {BinaryPrimitives.ReadUInt32BigEndian(_command.AsSpan(2))}: {_fault}");
        Prepare();
        Endpoint(In).Wake();
        endpoint.Wake();
        return wrapper.Length;
    }

    private void Prepare()
    {
        _moved = 0;
        _status = 0;
        if (!_contents.TryFind(_command, out _data))
        {
            (_status, _contents.SenseKey) = (1, IllegalRequest);
        }

        if (_data.Length > _hostLength)
        {
            _data = _data[.._hostLength];
        }

        _stage = _fault == DiskFault.HangsInData ? Stage.Hung
            : _hostLength > 0 ? Stage.Data
            : Stage.Status;
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
            (_status, _contents.SenseKey) = (1, MediumError);
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

        Span<byte> status = stackalloc byte[CommandStatus.Size];
        var length = CommandStatus.Write(status, _fault, _tag, _hostLength - _moved, _status);
        _contents.SenseKey = _fault == DiskFault.Fails ? MediumError : _contents.SenseKey;
        status[..Math.Min(length, buffer.Length)].CopyTo(buffer);
        _stage = Stage.Command;
        Endpoint(Out).Wake();
        return InReply.Message(length);
    }
}
