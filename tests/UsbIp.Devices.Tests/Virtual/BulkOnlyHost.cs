using System.Buffers.Binary;
using UsbIp.Devices.Virtual.Storage;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Devices.Tests.Virtual;

/// <summary>What became of a command: the data stage as the host saw it, and the status.</summary>
internal sealed record CommandResult(UrbStatus DataStatus, byte[] Data, int Sent, uint Residue, byte Status);

/// <summary>The host's side of Mass Storage Bulk-Only, as usb-storage does it: it clears a stall and goes on.</summary>
internal sealed class BulkOnlyHost(DiskImage image) : IDisposable
{
    private uint _tag;

    public Plugged<VirtualDisk> Disk { get; } = new(new VirtualDisk(image));

    private TestSink Usb => Disk.Host;

    public static byte[] Read10(uint block, ushort count) => Extent(0x28, block, count);

    public static byte[] Write10(uint block, ushort count) => Extent(0x2A, block, count);

    /// <summary>A command without data, or with data from the device.</summary>
    public CommandResult In(byte[] command, int length) => Run(command, isIn: true, length, []);

    public CommandResult Out(byte[] command, byte[] data) => Run(command, isIn: false, data.Length, data);

    /// <summary>Sense key, code and qualifier of the last command.</summary>
    public byte[] Sense()
    {
        var sense = In([0x03, 0, 0, 0, 18, 0], 18).Data;
        return [sense[2], sense[12], sense[13]];
    }

    public UrbStatus Send(byte[] wrapper) => Usb.Out(1, wrapper).Status;

    public byte[] Wrap(byte[] command, bool isIn, uint length, byte unit = 0)
    {
        var wrapper = new byte[31];
        "USBC"u8.CopyTo(wrapper);
        BinaryPrimitives.WriteUInt32LittleEndian(wrapper.AsSpan(4), ++_tag);
        BinaryPrimitives.WriteUInt32LittleEndian(wrapper.AsSpan(8), length);
        wrapper[12] = (byte)(isIn ? 0x80 : 0);
        wrapper[13] = unit;
        wrapper[14] = (byte)command.Length;
        command.CopyTo(wrapper, 15);
        return wrapper;
    }

    public CommandResult Run(byte[] command, bool isIn, int length, byte[] data, byte unit = 0)
    {
        Send(Wrap(command, isIn, (uint)length, unit)).Should().Be(UrbStatus.Ok);
        var (dataStatus, received, sent) = (UrbStatus.Ok, Array.Empty<byte>(), 0);
        if (length > 0 && isIn)
        {
            (dataStatus, received) = Usb.In(1, length);
        }
        else if (length > 0)
        {
            (dataStatus, sent) = Usb.Out(1, data);
        }

        if (dataStatus == UrbStatus.Stall)
        {
            Usb.Device.ClearHalt((byte)(isIn ? 0x81 : 0x01)).Should().Be(UrbStatus.Ok);
        }

        var (status, wrapper) = Usb.In(1, 13);
        status.Should().Be(UrbStatus.Ok);
        wrapper.AsSpan(0, 4).ToArray().Should().Equal("USBS"u8.ToArray());
        BinaryPrimitives.ReadUInt32LittleEndian(wrapper.AsSpan(4)).Should().Be(_tag);
        return new CommandResult(dataStatus, received, sent, BinaryPrimitives.ReadUInt32LittleEndian(wrapper.AsSpan(8)), wrapper[12]);
    }

    public void Dispose() => Disk.Dispose();

    private static byte[] Extent(byte operation, uint block, ushort count)
    {
        var command = new byte[10];
        command[0] = operation;
        BinaryPrimitives.WriteUInt32BigEndian(command.AsSpan(2), block);
        BinaryPrimitives.WriteUInt16BigEndian(command.AsSpan(7), count);
        return command;
    }
}
