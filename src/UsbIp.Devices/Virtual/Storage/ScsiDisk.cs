using System.Buffers.Binary;

namespace UsbIp.Devices.Virtual.Storage;

/// <summary>
/// The SCSI commands of a block device (SPC-4, SBC-3): decides what a command means and whether it may be done; the transport moves the data.
/// Nothing in a command is believed: addresses are checked against the image before anything is touched.
/// </summary>
internal sealed class ScsiDisk(DiskImage image, ScsiIdentity identity)
{
    private const byte TestUnitReady = 0x00;
    private const byte RequestSense = 0x03;
    private const byte Read6 = 0x08;
    private const byte Write6 = 0x0A;
    private const byte Inquiry = 0x12;
    private const byte ModeSense6 = 0x1A;
    private const byte StartStopUnit = 0x1B;
    private const byte PreventAllowRemoval = 0x1E;
    private const byte ReadCapacity10 = 0x25;
    private const byte Read10 = 0x28;
    private const byte Write10 = 0x2A;
    private const byte Verify10 = 0x2F;
    private const byte SynchronizeCache10 = 0x35;
    private const byte ModeSense10 = 0x5A;
    private const byte Read16 = 0x88;
    private const byte Write16 = 0x8A;
    private const byte Verify16 = 0x8F;
    private const byte SynchronizeCache16 = 0x91;
    private const byte ServiceActionIn16 = 0x9E;
    private const byte ReportLuns = 0xA0;
    private const byte Read12 = 0xA8;
    private const byte Write12 = 0xAA;
    private const byte Verify12 = 0xAF;

    private readonly byte[] _response = new byte[256];
    private bool _isEjected;
    private bool _isRemovalPrevented;

    /// <summary>Why the last command was refused; REQUEST SENSE tells it.</summary>
    public ScsiSense Sense { get; set; }

    /// <summary>The bytes of <see cref="ScsiActionKind.Respond"/>.</summary>
    public ReadOnlySpan<byte> Response => _response;

    public void Reset()
    {
        Sense = ScsiSense.None;
        _isEjected = false;
        _isRemovalPrevented = false;
    }

    /// <param name="command">The command descriptor block, 16 bytes, zeros behind its end.</param>
    public ScsiAction Execute(ReadOnlySpan<byte> command)
    {
        var sense = Sense;
        Sense = ScsiSense.None;
        _response.AsSpan().Clear();
        return command[0] switch
        {
            Inquiry => Respond(identity.Inquire(command, image, _response), BinaryPrimitives.ReadUInt16BigEndian(command[3..])),
            RequestSense => Respond(sense.Write(_response), command[4]),
            ReportLuns => Respond(WriteLuns(), BinaryPrimitives.ReadUInt32BigEndian(command[6..])),
            PreventAllowRemoval => SetRemoval(isPrevented: (command[4] & 1) != 0),
            StartStopUnit => StartStop(command[4]),
            _ when _isEjected => Refuse(ScsiSense.MediumNotPresent),
            TestUnitReady => ScsiAction.Done,
            ModeSense6 => Respond(ScsiModePages.Write6(image, command, _response), command[4]),
            ModeSense10 => Respond(ScsiModePages.Write10(image, command, _response), BinaryPrimitives.ReadUInt16BigEndian(command[7..])),
            ReadCapacity10 => Respond(WriteCapacity10(), 8),
            ServiceActionIn16 when (command[1] & 0x1F) == 0x10 => Respond(WriteCapacity16(), BinaryPrimitives.ReadUInt32BigEndian(command[10..])),
            Read6 or Read10 or Read12 or Read16 => Move(ScsiActionKind.Read, ScsiExtent.Read(command)),
            Write6 or Write10 or Write12 or Write16 => Move(ScsiActionKind.Write, ScsiExtent.Read(command)),
            Verify10 or Verify12 or Verify16 => Verify(command),
            SynchronizeCache10 or SynchronizeCache16 => ScsiAction.Flush,
            _ => Refuse(ScsiSense.UnknownCommand),
        };
    }

    public ScsiAction Refuse(ScsiSense sense)
    {
        Sense = sense;
        return ScsiAction.Fail;
    }

    /// <summary>A negative length is a refusal; the host gets no more than it allocated.</summary>
    private ScsiAction Respond(int length, long allocated) =>
        length < 0 ? Refuse(ScsiSense.InvalidField) : new ScsiAction(ScsiActionKind.Respond, Math.Min(length, allocated));

    private ScsiAction Move(ScsiActionKind kind, ScsiExtent extent)
    {
        if (!extent.LiesWithin(image.BlockCount))
        {
            return Refuse(ScsiSense.BlockOutOfRange);
        }

        if (kind == ScsiActionKind.Write && image.IsReadOnly)
        {
            return Refuse(ScsiSense.WriteProtected);
        }

        var length = (long)extent.Count * DiskImage.BlockSize;
        return length == 0
            ? ScsiAction.Done
            : new ScsiAction(kind, length, (long)extent.Block * DiskImage.BlockSize, extent.ForceUnitAccess);
    }

    /// <summary>Without data to compare: the blocks are there. Comparing (BYTCHK) is not offered.</summary>
    private ScsiAction Verify(ReadOnlySpan<byte> command)
    {
        if ((command[1] & 0x06) != 0)
        {
            return Refuse(ScsiSense.InvalidField);
        }

        return ScsiExtent.Read(command).LiesWithin(image.BlockCount) ? ScsiAction.Done : Refuse(ScsiSense.BlockOutOfRange);
    }

    private ScsiAction StartStop(byte options)
    {
        var loadOrEject = (options & 2) != 0;
        var start = (options & 1) != 0;
        if (loadOrEject && !start && _isRemovalPrevented)
        {
            return Refuse(ScsiSense.RemovalPrevented);
        }

        _isEjected = loadOrEject ? !start : _isEjected;
        return start ? ScsiAction.Done : ScsiAction.Flush;
    }

    private ScsiAction SetRemoval(bool isPrevented)
    {
        _isRemovalPrevented = isPrevented;
        return ScsiAction.Done;
    }

    private int WriteCapacity10()
    {
        BinaryPrimitives.WriteUInt32BigEndian(_response, (uint)Math.Min(image.BlockCount - 1, uint.MaxValue));
        BinaryPrimitives.WriteUInt32BigEndian(_response.AsSpan(4), DiskImage.BlockSize);
        return 8;
    }

    private int WriteCapacity16()
    {
        BinaryPrimitives.WriteInt64BigEndian(_response, image.BlockCount - 1);
        BinaryPrimitives.WriteUInt32BigEndian(_response.AsSpan(8), DiskImage.BlockSize);
        return 32;
    }

    /// <summary>One unit, number 0.</summary>
    private int WriteLuns()
    {
        BinaryPrimitives.WriteUInt32BigEndian(_response, 8);
        return 16;
    }
}
