using UsbIp.Devices.Virtual.BuiltIn;
using UsbIp.Protocol;

namespace UsbIp.Devices.Virtual.Storage;

/// <summary>
/// A SuperSpeed memory stick (0525:a4a5, the kernel's File-backed Storage Gadget): Mass Storage Bulk-Only 1.0 with transparent SCSI commands.
/// </summary>
public sealed class VirtualDisk : VirtualDevice
{
    private const byte ClassOut = 0x21;
    private const byte ClassIn = 0xA1;
    private const byte BulkOnlyReset = 0xFF;
    private const byte GetMaxLun = 0xFE;
    private const byte In = 0x81;
    private const byte Out = 0x01;

    private readonly DiskImage _image;
    private readonly BulkOnlyTransport _transport;
    private readonly DiskFlusher _flusher;

    /// <param name="image">Where the blocks are; owned by the disk.</param>
    /// <param name="serialNumber">At least 12 hexadecimal digits, as the class wants; made up if null.</param>
    public VirtualDisk(DiskImage image, string? serialNumber = null)
        : base(Describe(serialNumber ??= SerialNumbers.Next("")))
    {
        _image = image;
        _flusher = new DiskFlusher(image);
        _transport = new BulkOnlyTransport(image, new ScsiDisk(image, new ScsiIdentity("UsbIp", "Virtual Disk", serialNumber)), Flush);
    }

    protected internal override void OnReset() => _transport.Reset();

    protected internal override void OnConfigured(byte value) => _transport.Reset();

    protected internal override void OnInterface(byte number, byte alternateSetting) => _transport.Reset();

    protected internal override ControlReply OnControl(SetupPacket setup, Span<byte> data)
    {
        switch (setup)
        {
            case { RequestType: ClassIn, Request: GetMaxLun, Value: 0, Index: 0, Length: 1 }:
                return ControlReply.Data([0], data);
            case { RequestType: ClassOut, Request: BulkOnlyReset, Value: 0, Index: 0, Length: 0 }:
                _transport.ResetRecovery(Endpoint(In), Endpoint(Out));
                return ControlReply.Done;
            default:
                return ControlReply.Stall;
        }
    }

    protected internal override int OnOut(VirtualEndpoint endpoint, ReadOnlySpan<byte> data, bool endOfMessage) =>
        _transport.Receive(data, Endpoint(In), endpoint);

    protected internal override InReply OnIn(VirtualEndpoint endpoint, Span<byte> buffer) =>
        _transport.Send(buffer, endpoint, Endpoint(Out));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _flusher.Dispose();
            _image.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Flushing may take seconds, and nobody else shall wait that long: the status is sent when it is done.</summary>
    private void Flush(long flush)
    {
        if (_image.IsPersistent)
        {
            _flusher.Start(isDone => TryRun(() => _transport.Flushed(flush, isDone, Endpoint(In))));
        }
        else
        {
            _transport.Flushed(flush, isDone: true, Endpoint(In));
        }
    }

    private static DeviceDefinition Describe(string serialNumber) =>
        new DeviceBuilder(UsbSpeed.Super, 0x0525, 0xA4A5)
            .Names("UsbIp", "Virtual Disk", serialNumber)
            .Interface(0x08, 0x06, 0x50)
            .BulkIn(1)
            .BulkOut(1)
            .Build();
}
