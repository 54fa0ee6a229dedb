using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using UsbIp.FaultyDisk;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.EndToEnd.Tests;

/// <summary>How a command ended for the driver's caller: one that failed has a sense, an error makes the driver reset the device.</summary>
internal enum Outcome
{
    Passed,
    Failed,
    Error,
}

/// <summary>What the driver's caller gets; of the data its checksum. After an error there is nothing to rely on.</summary>
internal sealed record CommandResult(string Command, Outcome Outcome, int Residue, string Data)
{
    public static string Checksum(ReadOnlySpan<byte> data) => Convert.ToHexString(SHA256.HashData(data));
}

/// <summary>
/// Does what the kernel's usb-storage does with a bulk-only device: command, data, status, each when the one before is answered, with its
/// ways out of stalls, empty statuses and silence (drivers/usb/storage/transport.c, usb_stor_Bulk_transport).
/// </summary>
internal sealed class StorageDriver(AttachedDevice device, Func<bool> isHung)
{
    private const byte In = 1;
    private const byte Out = 1;
    private const int StatusSize = 13;

    /// <summary>After this long without an answer from a device that is known to hang, the driver gives a request up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Nothing takes that long.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private string _current = "";
    private uint _tag;

    public CommandResult Read(int block, int count) => Run(0x28, block, count, new byte[count * MisbehavingDisk.BlockSize], isIn: true);

    public CommandResult Write(int block, byte[] data) => Run(0x2A, block, data.Length / MisbehavingDisk.BlockSize, data, isIn: false);

    private CommandResult Run(byte operation, int block, int count, byte[] data, bool isIn)
    {
        _current = $"{operation:x2} of block {block}";
        var result = Transport(Command(operation, block, count, data.Length, isIn), data, isIn);
        if (result.Outcome == Outcome.Error)
        {
            device.Control(new SetupPacket(0x21, 0xFF, 0, 0, 0));
            ClearHalt(0x80 | In);
            ClearHalt(Out);
        }

        return result;
    }

    private CommandResult Transport(byte[] command, byte[] data, bool isIn)
    {
        var error = new CommandResult(_current, Outcome.Error, 0, "");
        if (Send(command).Status != UrbStatus.Ok)
        {
            return error;
        }

        var moved = isIn ? Receive(data.Length) : Send(data);
        if (moved.Status == UrbStatus.Stall)
        {
            ClearHalt(isIn ? (byte)(0x80 | In) : Out);
        }
        else if (moved.Status is not (UrbStatus.Ok or UrbStatus.Overflow))
        {
            return error;
        }

        var status = ReceiveStatus();
        if (status.Status != UrbStatus.Ok
            || status.Data.Length != StatusSize
            || BinaryPrimitives.ReadUInt32LittleEndian(status.Data) != 0x53425355
            || BinaryPrimitives.ReadUInt32LittleEndian(status.Data.AsSpan(4)) != _tag
            || status.Data[12] > 1)
        {
            return error;
        }

        var residue = BinaryPrimitives.ReadInt32LittleEndian(status.Data.AsSpan(8));
        return new CommandResult(_current, status.Data[12] == 0 ? Outcome.Passed : Outcome.Failed, residue, CommandResult.Checksum(moved.Data));
    }

    /// <summary>Once more after an empty one, and once more after a stall.</summary>
    private KernelReply ReceiveStatus()
    {
        var status = Receive(StatusSize);
        if (status is { Status: UrbStatus.Ok, Data.Length: 0 })
        {
            status = Receive(StatusSize);
        }

        if (status.Status == UrbStatus.Stall)
        {
            ClearHalt(0x80 | In);
            status = Receive(StatusSize);
        }

        return status;
    }

    private KernelReply Send(byte[] data) => Wait(device.Kernel.SubmitOut(Out, data));

    private KernelReply Receive(int length) => Wait(device.Kernel.SubmitIn(In, length));

    private KernelReply Wait(uint seqnum)
    {
        var limit = Stopwatch.StartNew();
        while (!device.Kernel.Poll(TimeSpan.FromMilliseconds(20)))
        {
            limit.Elapsed.Should().BeLessThan(Limit, "request {0}, of {1}, must be answered", seqnum, _current);
            if (isHung() && !device.Kernel.Poll(Patience))
            {
                return GiveUp(seqnum);
            }
        }

        return device.Kernel.Receive()!;
    }

    /// <summary>Its reply may have come at the last moment; then the unlink has one of its own.</summary>
    private KernelReply GiveUp(uint seqnum)
    {
        device.Kernel.Unlink(seqnum);
        var first = device.Kernel.Receive()!;
        if (!first.IsUnlink)
        {
            device.Kernel.Receive()!.IsUnlink.Should().BeTrue();
        }

        return first;
    }

    private void ClearHalt(byte endpoint) => device.Control(new SetupPacket(0x02, 1, 0, endpoint, 0));

    private byte[] Command(byte operation, int block, int count, int length, bool isIn)
    {
        var wrapper = new byte[31];
        "USBC"u8.CopyTo(wrapper);
        BinaryPrimitives.WriteUInt32LittleEndian(wrapper.AsSpan(4), ++_tag);
        BinaryPrimitives.WriteInt32LittleEndian(wrapper.AsSpan(8), length);
        wrapper[12] = (byte)(isIn ? 0x80 : 0);
        wrapper[14] = 10;
        wrapper[15] = operation;
        BinaryPrimitives.WriteInt32BigEndian(wrapper.AsSpan(17), block);
        BinaryPrimitives.WriteUInt16BigEndian(wrapper.AsSpan(22), (ushort)count);
        return wrapper;
    }
}
