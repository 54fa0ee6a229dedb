namespace UsbIp.Protocol;

/// <summary>One interface of a listed device (kernel: struct usbip_usb_interface, 4 bytes).</summary>
public readonly record struct InterfaceRecord(byte Class, byte SubClass, byte Protocol)
{
    public const int Size = 4;

    public static InterfaceRecord Read(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        return new InterfaceRecord(wire.U8(), wire.U8(), wire.U8()); // the fourth byte is padding, which stock servers leave unset
    }

    public void Write(Span<byte> bytes)
    {
        var wire = new WireWriter(bytes);
        wire.U8(Class);
        wire.U8(SubClass);
        wire.U8(Protocol);
        wire.Pad(1);
    }
}
