namespace UsbIp.Protocol;

/// <summary>A device as lists and import replies show it (kernel: struct usbip_usb_device, 312 bytes).</summary>
public sealed record DeviceRecord
{
    public const int Size = 312;

    /// <summary>Where the server has the device; for display only.</summary>
    public required string Path { get; init; }

    public required BusId BusId { get; init; }

    public required uint BusNumber { get; init; }

    public required uint DeviceNumber { get; init; }

    public required UsbSpeed Speed { get; init; }

    public required ushort VendorId { get; init; }

    public required ushort ProductId { get; init; }

    /// <summary>bcdDevice, the device's release number.</summary>
    public required ushort DeviceRelease { get; init; }

    public required byte DeviceClass { get; init; }

    public required byte DeviceSubClass { get; init; }

    public required byte DeviceProtocol { get; init; }

    /// <summary>bConfigurationValue; 0 while the device is unconfigured.</summary>
    public required byte ConfigurationValue { get; init; }

    public required byte ConfigurationCount { get; init; }

    /// <summary>bNumInterfaces: how many interface records follow in a list.</summary>
    public required byte InterfaceCount { get; init; }

    public DeviceId DeviceId => new(BusNumber, DeviceNumber);

    /// <exception cref="ProtocolException">A text field has no NUL, or the busid is none.</exception>
    public static DeviceRecord Read(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        return new DeviceRecord
        {
            Path = wire.Text(ProtocolConstants.PathFieldSize, "path"),
            BusId = BusId.Read(ref wire),
            BusNumber = wire.U32(),
            DeviceNumber = wire.U32(),
            Speed = (UsbSpeed)wire.U32(),
            VendorId = wire.U16(),
            ProductId = wire.U16(),
            DeviceRelease = wire.U16(),
            DeviceClass = wire.U8(),
            DeviceSubClass = wire.U8(),
            DeviceProtocol = wire.U8(),
            ConfigurationValue = wire.U8(),
            ConfigurationCount = wire.U8(),
            InterfaceCount = wire.U8(),
        };
    }

    public void Write(Span<byte> bytes)
    {
        var wire = new WireWriter(bytes);
        wire.Text(Path, ProtocolConstants.PathFieldSize);
        wire.Text(BusId.ToString(), ProtocolConstants.BusIdFieldSize);
        wire.U32(BusNumber);
        wire.U32(DeviceNumber);
        wire.U32((uint)Speed);
        wire.U16(VendorId);
        wire.U16(ProductId);
        wire.U16(DeviceRelease);
        wire.U8(DeviceClass);
        wire.U8(DeviceSubClass);
        wire.U8(DeviceProtocol);
        wire.U8(ConfigurationValue);
        wire.U8(ConfigurationCount);
        wire.U8(InterfaceCount);
    }
}
