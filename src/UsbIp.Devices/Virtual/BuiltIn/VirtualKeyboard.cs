using UsbIp.Protocol;

namespace UsbIp.Devices.Virtual.BuiltIn;

/// <summary>
/// A keyboard that types what it is told (0525:a4ac, the kernel's HID gadget; HID 1.11, boot interface): a report for each key pressed and one
/// for its release, in order, waiting for as long as the host takes to poll them.
/// </summary>
public sealed class VirtualKeyboard : VirtualDevice
{
    /// <summary>Characters that wait to be fetched at most.</summary>
    public const int MaxWaitingCharacters = 8192;

    private const int ReportSize = 8;
    private const byte Keys = 0x81;
    private const byte InterfaceIn = 0x81;
    private const byte ClassOut = 0x21;
    private const byte ClassIn = 0xA1;
    private const byte GetDescriptor = 0x06;
    private const byte HidDescriptor = 0x21;
    private const byte ReportDescriptor = 0x22;
    private const byte GetReport = 0x01;
    private const byte GetIdle = 0x02;
    private const byte GetProtocol = 0x03;
    private const byte SetReport = 0x09;
    private const byte SetIdle = 0x0A;
    private const byte SetProtocol = 0x0B;

    private byte _idle;
    private byte _protocol = 1;
    private bool _isConfigured;

    public VirtualKeyboard()
        : base(Describe())
    {
    }

    /// <summary>The lamps as the host set them: bit 0 Num Lock, 1 Caps Lock, 2 Scroll Lock.</summary>
    public byte Leds { get; private set; }

    /// <summary>Types a text on a keyboard with the US layout. Returns at once; the host fetches the keys. Any thread.</summary>
    /// <exception cref="UsbException">
    /// A character is not on the keyboard, nobody has the keyboard attached, or too much waits to be fetched. Nothing was typed.
    /// </exception>
    public void Type(string text)
    {
        KeyboardLayout.Require(text);
        var isTaken = false;
        var isThere = TryRun(() =>
        {
            isTaken = _isConfigured && Endpoint(Keys).QueuedMessages + (2 * text.Length) <= 2 * MaxWaitingCharacters;
            if (isTaken)
            {
                Queue(text);
            }
        });
        if (!isThere || !_isConfigured)
        {
            throw new UsbException(
                UsbFailure.NotFound, "The virtual keyboard is not attached anywhere, so nobody would see what it types.", "Attach it first: usbip-client attach HOST BUSID");
        }

        if (!isTaken)
        {
            throw new UsbException(
                UsbFailure.Busy,
                $"The virtual keyboard cannot take {text.Length} characters more: at most {MaxWaitingCharacters} wait for the host to fetch them.",
                "Type less at once, or wait until the host has fetched what was typed.");
        }
    }

    protected internal override void OnReset()
    {
        _isConfigured = false;
        _idle = 0;
        _protocol = 1;
        Leds = 0;
    }

    protected internal override void OnConfigured(byte value) => _isConfigured = value != 0;

    protected internal override ControlReply OnControl(SetupPacket setup, Span<byte> data)
    {
        switch (setup)
        {
            case { RequestType: InterfaceIn, Request: GetDescriptor } when setup.Value >> 8 == ReportDescriptor:
                return ControlReply.Data(HidReport, data);
            case { RequestType: InterfaceIn, Request: GetDescriptor } when setup.Value >> 8 == HidDescriptor:
                return ControlReply.Data(Hid, data);
            case { RequestType: ClassIn, Request: GetReport }:
                return ControlReply.Data(ReportSize); // zeros: no key is held
            case { RequestType: ClassIn, Request: GetIdle }:
                return ControlReply.Data([_idle], data);
            case { RequestType: ClassIn, Request: GetProtocol }:
                return ControlReply.Data([_protocol], data);
            case { RequestType: ClassOut, Request: SetReport, Length: 1 } when data.Length == 1:
                Leds = data[0];
                return ControlReply.Done;
            case { RequestType: ClassOut, Request: SetIdle, Length: 0 }:
                _idle = (byte)(setup.Value >> 8);
                return ControlReply.Done;
            case { RequestType: ClassOut, Request: SetProtocol, Length: 0, Value: <= 1 }:
                _protocol = (byte)setup.Value;
                return ControlReply.Done;
            default:
                return ControlReply.Stall;
        }
    }

    private void Queue(string text)
    {
        Span<byte> pressed = stackalloc byte[ReportSize];
        Span<byte> released = stackalloc byte[ReportSize];
        released.Clear();
        foreach (var character in text)
        {
            var key = KeyboardLayout.Find(character)!.Value;
            pressed.Clear();
            pressed[0] = key.Modifiers;
            pressed[2] = key.Usage;
            _ = Endpoint(Keys).TrySend(pressed); // room was made sure of before
            _ = Endpoint(Keys).TrySend(released);
        }
    }

    /// <summary>HID 1.11, 6.2.1.</summary>
    private static ReadOnlySpan<byte> Hid => [9, HidDescriptor, 0x11, 0x01, 0x21, 1, ReportDescriptor, 63, 0];

    /// <summary>HID 1.11, appendix B.1: the report descriptor of a boot keyboard.</summary>
    private static ReadOnlySpan<byte> HidReport =>
    [
        0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25, 0x01,
        0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x03, 0x95, 0x05, 0x75, 0x01,
        0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x91, 0x02, 0x95, 0x01, 0x75, 0x03, 0x91, 0x03, 0x95, 0x06,
        0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xC0,
    ];

    private static DeviceDefinition Describe() =>
        new DeviceBuilder(UsbSpeed.Full, 0x0525, 0xA4AC)
            .Names("UsbIp", "Virtual Keyboard", SerialNumbers.Next("KEYBOARD"))
            .Interface(0x03, 0x01, 0x01)
            .ClassSpecific(Hid)
            .InterruptIn(1, ReportSize, interval: 1)
            .Build();
}
