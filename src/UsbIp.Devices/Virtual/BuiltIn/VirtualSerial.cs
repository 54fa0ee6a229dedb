using UsbIp.Protocol;

namespace UsbIp.Devices.Virtual.BuiltIn;

/// <summary>
/// A serial port that echoes (0525:a4a7, the kernel's serial gadget as CDC-ACM; Communications Class PSTN 1.2): every byte written comes back.
/// What the host does not read waits, up to <see cref="EchoCapacity"/>; beyond that the device takes no more until it is read.
/// </summary>
public sealed class VirtualSerial : VirtualDevice
{
    /// <summary>Bytes that wait for the host at most.</summary>
    public const int EchoCapacity = 1 << 20;

    private const byte ClassOut = 0x21;
    private const byte ClassIn = 0xA1;
    private const byte SetLineCoding = 0x20;
    private const byte GetLineCoding = 0x21;
    private const byte SetControlLineState = 0x22;
    private const byte SendBreak = 0x23;
    private const byte SerialState = 0x20;
    private const int LineCodingSize = 7;
    private const int DataTerminalReady = 1;
    private const byte Out = 0x01;
    private const byte In = 0x81;
    private const byte Notify = 0x82;

    private readonly ByteRing _echo = new(EchoCapacity);
    private readonly byte[] _lineCoding = [0x00, 0xC2, 0x01, 0x00, 0, 0, 8]; // 115200 8N1

    public VirtualSerial()
        : base(Describe())
    {
    }

    protected internal override void OnReset() => _echo.Clear();

    protected internal override void OnConfigured(byte value) => _echo.Clear();

    protected internal override ControlReply OnControl(SetupPacket setup, Span<byte> data)
    {
        switch (setup)
        {
            case { RequestType: ClassOut, Request: SetLineCoding, Length: LineCodingSize } when data.Length == LineCodingSize:
                data.CopyTo(_lineCoding);
                return ControlReply.Done;
            case { RequestType: ClassIn, Request: GetLineCoding }:
                return ControlReply.Data(_lineCoding, data);
            case { RequestType: ClassOut, Request: SetControlLineState, Length: 0 }:
                TellState(isReady: (setup.Value & DataTerminalReady) != 0);
                return ControlReply.Done;
            case { RequestType: ClassOut, Request: SendBreak, Length: 0 }:
                return ControlReply.Done;
            default:
                return ControlReply.Stall;
        }
    }

    protected internal override int OnOut(VirtualEndpoint endpoint, ReadOnlySpan<byte> data, bool endOfMessage)
    {
        var taken = _echo.Write(data);
        Endpoint(In).Wake();
        return taken;
    }

    protected internal override InReply OnIn(VirtualEndpoint endpoint, Span<byte> buffer)
    {
        if (endpoint.Address != In || _echo.Count == 0)
        {
            return InReply.Nothing;
        }

        var count = _echo.Read(buffer);
        Endpoint(Out).Wake();
        return InReply.Message(count);
    }

    /// <summary>The far end is there as long as the near end is: carrier and DSR follow DTR.</summary>
    private void TellState(bool isReady)
    {
        var state = (byte)(isReady ? 0x03 : 0x00);
        _ = Endpoint(Notify).TrySend([ClassIn, SerialState, 0, 0, 0, 0, 2, 0, state, 0]); // a host that never polls does not miss it
    }

    private static DeviceDefinition Describe() =>
        new DeviceBuilder(UsbSpeed.High, 0x0525, 0xA4A7)
            .Names("UsbIp", "Echoing Serial Port", SerialNumbers.Next("SERIAL"))
            .DeviceClass(0x02)
            .Interface(0x02, 0x02, 0x01)
            .ClassSpecific(
                5, 0x24, 0x00, 0x10, 0x01, // CDC 1.10
                5, 0x24, 0x01, 0x00, 1, // no call management
                4, 0x24, 0x02, 0x06, // line coding, control line state, break
                5, 0x24, 0x06, 0, 1) // interface 0 controls interface 1
            .InterruptIn(2, 16, 9)
            .Interface(0x0A)
            .BulkIn(1)
            .BulkOut(1)
            .Build();
}
