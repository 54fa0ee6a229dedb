using System.Buffers.Binary;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Virtual.BuiltIn;

/// <summary>
/// The field's Gadget Zero (0525:a4a0; kernel: drivers/usb/gadget/function/f_sourcesink.c), which the kernel's usbtest driver takes by itself:
/// every IN endpoint is a source of zeros, every OUT endpoint a sink, for bulk, isochronous and interrupt alike, and the vendor requests
/// 0x5b and 0x5c write a buffer and read it back. All endpoints are in alternate setting 0, where usbtest looks first; setting 1 has
/// the bulk pair alone.
/// </summary>
/// <remarks>
/// The numbered kind puts a 32-bit little-endian counter, from 0 up, at the front of every isochronous IN packet, and expects the same in
/// isochronous OUT packets. The vendor request 0x60 (IN, 12 bytes) returns three little-endian counters: packets sent, packets received,
/// packets received out of place. SET_INTERFACE, SET_CONFIGURATION and reset begin anew.
/// </remarks>
public sealed class VirtualZero : VirtualDevice
{
    /// <summary>bConfigurationValue of the kernel's source/sink configuration.</summary>
    private const byte SourceSink = 3;

    private const byte WriteBuffer = 0x5B;
    private const byte ReadBuffer = 0x5C;
    private const byte ReadCounters = 0x60;
    private const byte VendorOut = 0x40;
    private const byte VendorIn = 0xC0;
    private const int CounterSize = sizeof(uint);

    private readonly bool _isNumbered;
    private byte[] _buffer = [];
    private int _bufferLength;
    private uint _sent;
    private uint _received;
    private uint _misplaced;
    private uint _expected;

    /// <param name="speed">Full, high or super.</param>
    /// <param name="isNumbered">Isochronous packets carry counters.</param>
    public VirtualZero(UsbSpeed speed = UsbSpeed.High, bool isNumbered = false)
        : base(Describe(speed))
    {
        _isNumbered = isNumbered;
    }

    protected internal override void OnReset() => RestartCounters();

    protected internal override void OnConfigured(byte value) => RestartCounters();

    protected internal override void OnInterface(byte number, byte alternateSetting) => RestartCounters();

    protected internal override ControlReply OnControl(SetupPacket setup, Span<byte> data)
    {
        switch (setup)
        {
            case { RequestType: VendorOut, Request: WriteBuffer, Value: 0, Index: 0 }:
                Keep(data);
                return ControlReply.Done;
            case { RequestType: VendorIn, Request: ReadBuffer, Value: 0, Index: 0 } when setup.Length <= Math.Max(_bufferLength, 1):
                return ControlReply.Data(_buffer.AsSpan(0, _bufferLength), data);
            case { RequestType: VendorIn, Request: ReadCounters }:
                return Counters(data);
            default:
                return ControlReply.Stall;
        }
    }

    protected internal override InReply OnIn(VirtualEndpoint endpoint, Span<byte> buffer)
    {
        buffer.Clear();
        if (_isNumbered && endpoint.Type == TransferType.Isochronous && buffer.Length >= CounterSize)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(buffer, _sent);
            _sent = unchecked(_sent + 1);
        }

        return InReply.Message(buffer.Length);
    }

    protected internal override int OnOut(VirtualEndpoint endpoint, ReadOnlySpan<byte> data, bool endOfMessage)
    {
        if (_isNumbered && endpoint.Type == TransferType.Isochronous)
        {
            Check(data);
        }

        return data.Length;
    }

    private void Check(ReadOnlySpan<byte> packet)
    {
        var number = packet.Length >= CounterSize ? BinaryPrimitives.ReadUInt32LittleEndian(packet) : uint.MaxValue;
        unchecked
        {
            _received++;
            _misplaced += number == _expected ? 0u : 1u;
            _expected = number + 1;
        }
    }

    private void Keep(ReadOnlySpan<byte> data)
    {
        if (_buffer.Length < data.Length)
        {
            _buffer = new byte[ushort.MaxValue];
        }

        data.CopyTo(_buffer);
        _bufferLength = data.Length;
    }

    private ControlReply Counters(Span<byte> data)
    {
        Span<byte> counters = stackalloc byte[3 * CounterSize];
        BinaryPrimitives.WriteUInt32LittleEndian(counters, _sent);
        BinaryPrimitives.WriteUInt32LittleEndian(counters[CounterSize..], _received);
        BinaryPrimitives.WriteUInt32LittleEndian(counters[(2 * CounterSize)..], _misplaced);
        return ControlReply.Data(counters, data);
    }

    private void RestartCounters()
    {
        _sent = 0;
        _received = 0;
        _misplaced = 0;
        _expected = 0;
    }

    private static DeviceDefinition Describe(UsbSpeed speed)
    {
        var isFull = speed == UsbSpeed.Full;
        var isochronousSize = isFull ? 1023 : 1024;
        var interruptSize = isFull ? 64 : 1024;
        var everyMillisecond = (byte)(isFull ? 1 : 4);
        return new DeviceBuilder(speed, 0x0525, 0xA4A0)
            .Names("UsbIp", "Gadget Zero", SerialNumbers.Next("ZERO"))
            .DeviceClass(0xFF)
            .Configuration(SourceSink)
            .Interface(0xFF, name: "source and sink data")
            .BulkIn(1)
            .BulkOut(1)
            .IsochronousIn(2, isochronousSize, everyMillisecond)
            .IsochronousOut(2, isochronousSize, everyMillisecond)
            .InterruptIn(3, interruptSize, everyMillisecond)
            .InterruptOut(3, interruptSize, everyMillisecond)
            .AlternateSetting()
            .BulkIn(1)
            .BulkOut(1)
            .Build();
    }
}
