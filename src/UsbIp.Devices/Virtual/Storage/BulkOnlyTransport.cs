using UsbIp.Protocol;

namespace UsbIp.Devices.Virtual.Storage;

/// <summary>
/// Mass Storage Bulk-Only 1.0: a command, its data, its status, in turn. What the host asks for and what the command has need not agree: the
/// thirteen cases of section 6.7 all end in a status that says so. Under the device's lock.
/// <code>
/// Command --CBW--> DataIn --all sent-----> Status --CSW--> Command
///    |    '------> DataOut --all taken-'     ^
///    |     '-----> Flush --flushed----------'
///    '--no CBW---> Broken (both endpoints stall) --reset recovery--> Command
/// </code>
/// </summary>
internal sealed class BulkOnlyTransport(DiskImage image, ScsiDisk disk, Action<long> flush)
{
    private readonly byte[] _command = new byte[CommandBlockWrapper.MaxCommandLength];
    private State _state;
    private CommandBlockWrapper _wrapper;
    private ScsiAction _action;
    private CommandStatus _status;
    private long _length;
    private long _done;
    private long _moved;
    private long _flush;

    private enum State
    {
        Command,
        DataIn,
        DataOut,
        Flush,
        Status,
        Broken,
    }

    /// <summary>Bytes that the host asked for or has for us, whatever the command means.</summary>
    private long HostLength => _wrapper.DataLength;

    public void Reset()
    {
        _state = State.Command;
        disk.Reset();
    }

    /// <summary>Bulk-Only Mass Storage Reset (3.1): ready for a command; the halts stay until the host clears them.</summary>
    public void ResetRecovery(VirtualEndpoint input, VirtualEndpoint output)
    {
        _state = State.Command;
        input.Unwedge();
        output.Unwedge();
        output.Wake();
    }

    public int Receive(ReadOnlySpan<byte> data, VirtualEndpoint input, VirtualEndpoint output)
    {
        switch (_state)
        {
            case State.Command:
                Begin(data, input, output);
                return data.Length;
            case State.DataOut:
                return Take(data, input, output);
            default:
                return -1; // first our data or our status is to be fetched
        }
    }

    public InReply Send(Span<byte> buffer, VirtualEndpoint input, VirtualEndpoint output)
    {
        switch (_state)
        {
            case State.DataIn:
                return Give(buffer, input);
            case State.Status:
                Span<byte> status = stackalloc byte[CommandStatusWrapper.Size];
                new CommandStatusWrapper(_wrapper.Tag, (uint)(HostLength - _moved), _status).Write(status);
                status[..Math.Min(status.Length, buffer.Length)].CopyTo(buffer);
                _state = State.Command;
                output.Wake();
                return InReply.Message(status.Length);
            default:
                return InReply.Nothing;
        }
    }

    /// <summary>The flush of a command has ended; it may be one that was reset meanwhile.</summary>
    public void Flushed(long flushNumber, bool isDone, VirtualEndpoint input)
    {
        if (_state != State.Flush || _flush != flushNumber)
        {
            return;
        }

        if (!isDone)
        {
            Fail(ScsiSense.WriteError);
        }

        Finish(input);
    }

    private void Begin(ReadOnlySpan<byte> data, VirtualEndpoint input, VirtualEndpoint output)
    {
        if (!CommandBlockWrapper.TryRead(data, out _wrapper))
        {
            _state = State.Broken;
            input.Wedge();
            output.Wedge();
            return;
        }

        _command.AsSpan().Clear();
        data.Slice(CommandBlockWrapper.CommandOffset, _wrapper.CommandLength).CopyTo(_command);
        _action = _wrapper.Unit == 0 ? disk.Execute(_command) : disk.Refuse(ScsiSense.NoSuchUnit);
        _length = _action.AgreeOnLength(_wrapper, out var isPhaseError);
        _status = isPhaseError ? CommandStatus.PhaseError
            : _action.Kind == ScsiActionKind.Fail ? CommandStatus.Failed
            : CommandStatus.Passed;
        _done = 0;
        _moved = 0;
        if (_length > 0)
        {
            _state = _action.IsToHost ? State.DataIn : State.DataOut;
            input.Wake();
        }
        else
        {
            EndData(input, output);
        }
    }

    private int Take(ReadOnlySpan<byte> data, VirtualEndpoint input, VirtualEndpoint output)
    {
        var count = (int)Math.Min(data.Length, _length - _done);
        try
        {
            if (_status == CommandStatus.Passed)
            {
                image.Write(_action.Offset + _done, data[..count]);
                _moved += count;
            }
        }
        catch (IOException)
        {
            Fail(ScsiSense.WriteError); // the rest is taken and dropped
        }

        _done += count;
        if (_done == _length)
        {
            EndData(input, output);
        }

        return count;
    }

    private InReply Give(Span<byte> buffer, VirtualEndpoint input)
    {
        var count = (int)Math.Min(buffer.Length, _length - _done);
        if (!TryRead(buffer[..count]))
        {
            _state = State.Status;
            input.Stall();
            return InReply.Nothing;
        }

        _done += count;
        _moved += count;
        if (_done < _length)
        {
            return InReply.Stream(count);
        }

        _state = State.Status;
        if (count % input.PacketSize != 0)
        {
            return InReply.Message(count); // the short packet says that there is no more
        }

        if (_length < HostLength)
        {
            input.Stall();
        }

        return InReply.Stream(count);
    }

    private bool TryRead(Span<byte> bytes)
    {
        if (_action.Kind == ScsiActionKind.Respond)
        {
            disk.Response.Slice((int)_done, bytes.Length).CopyTo(bytes);
            return true;
        }

        try
        {
            image.Read(_action.Offset + _done, bytes);
            return true;
        }
        catch (IOException)
        {
            Fail(ScsiSense.ReadError);
            return false;
        }
    }

    /// <summary>No more data moves, or none at all: the host is told by a stall if it wants some still (cases 4, 5, 8, 9, 10, 11, 13).</summary>
    private void EndData(VirtualEndpoint input, VirtualEndpoint output)
    {
        if (_done < HostLength)
        {
            (_wrapper.IsIn ? input : output).Stall();
        }

        var isFlush = _action.Kind == ScsiActionKind.Flush || (_action.Kind == ScsiActionKind.Write && _action.ForceUnitAccess);
        if (isFlush && _status == CommandStatus.Passed)
        {
            _state = State.Flush;
            _flush++;
            flush(_flush);
        }
        else
        {
            Finish(input);
        }
    }

    private void Finish(VirtualEndpoint input)
    {
        _state = State.Status;
        input.Wake();
    }

    private void Fail(ScsiSense sense)
    {
        disk.Sense = sense;
        _status = CommandStatus.Failed;
    }
}
