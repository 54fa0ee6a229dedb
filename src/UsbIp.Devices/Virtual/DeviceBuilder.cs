using System.Buffers.Binary;
using System.Collections.Immutable;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Virtual;

/// <summary>
/// Writes the descriptors of a virtual device, from top to bottom as <c>lsusb -v</c> shows them: each call adds to what the calls before
/// it began. What can be derived is: lengths, counts, numbers of interfaces, string indices, packet sizes of the speed, SuperSpeed companions,
/// the binary object store. Without a call of <see cref="Configuration"/> there is one configuration with the value 1.
/// </summary>
public sealed class DeviceBuilder
{
    private readonly UsbSpeed _speed;
    private readonly ushort _vendorId;
    private readonly ushort _productId;
    private readonly List<string> _strings = [];
    private readonly List<ConfigurationWriter> _configurations = [];
    private ushort _release = 0x0100;
    private byte _manufacturer;
    private byte _product;
    private byte _serialNumber;
    private (byte Class, byte SubClass, byte Protocol) _class;

    /// <param name="speed">Low, full, high or super.</param>
    /// <param name="vendorId">idVendor.</param>
    /// <param name="productId">idProduct.</param>
    public DeviceBuilder(UsbSpeed speed, ushort vendorId, ushort productId)
    {
        if (speed is not (UsbSpeed.Low or UsbSpeed.Full or UsbSpeed.High or UsbSpeed.Super))
        {
            throw new ArgumentOutOfRangeException(nameof(speed), speed, "A virtual device is of low, full, high or super speed.");
        }

        _speed = speed;
        _vendorId = vendorId;
        _productId = productId;
    }

    private ConfigurationWriter Current
    {
        get
        {
            if (_configurations.Count == 0)
            {
                Configuration(1);
            }

            return _configurations[^1];
        }
    }

    /// <summary>What people and udev rules know the device by. A serial number should differ from device to device.</summary>
    public DeviceBuilder Names(string manufacturer, string product, string? serialNumber = null)
    {
        _manufacturer = Index(manufacturer);
        _product = Index(product);
        _serialNumber = Index(serialNumber);
        return this;
    }

    /// <summary>bDeviceClass and what belongs to it; 0 (each interface says its own) if not called.</summary>
    public DeviceBuilder DeviceClass(byte deviceClass, byte subClass = 0, byte protocol = 0)
    {
        _class = (deviceClass, subClass, protocol);
        return this;
    }

    /// <summary>bcdDevice: the device's own version; 1.00 if not called.</summary>
    public DeviceBuilder Release(ushort bcdDevice)
    {
        _release = bcdDevice;
        return this;
    }

    /// <summary>Begins a configuration.</summary>
    /// <param name="value">bConfigurationValue, 1..255, the one that SET_CONFIGURATION names.</param>
    /// <param name="milliamperes">The most that it draws from the bus.</param>
    /// <param name="selfPowered">It has its own supply.</param>
    /// <param name="remoteWakeup">It can wake the host.</param>
    public DeviceBuilder Configuration(byte value, int milliamperes = 100, bool selfPowered = true, bool remoteWakeup = false)
    {
        ArgumentOutOfRangeException.ThrowIfZero(value);
        _configurations.Add(new ConfigurationWriter(_speed, value, milliamperes, selfPowered, remoteWakeup));
        return this;
    }

    /// <summary>Begins the next interface, with its alternate setting 0.</summary>
    public DeviceBuilder Interface(byte interfaceClass, byte subClass = 0, byte protocol = 0, string? name = null)
    {
        Current.Interface(interfaceClass, subClass, protocol, Index(name));
        return this;
    }

    /// <summary>Begins the next alternate setting of the interface at hand, of the same class.</summary>
    public DeviceBuilder AlternateSetting()
    {
        Current.AlternateSetting();
        return this;
    }

    /// <summary>An interface association: the next <paramref name="count"/> interfaces are one function (a driver takes them together).</summary>
    public DeviceBuilder Association(byte count, byte functionClass, byte subClass, byte protocol)
    {
        Current.Association(count, functionClass, subClass, protocol);
        return this;
    }

    /// <summary>Descriptors of a class or vendor, as they stand: they follow the interface or the endpoint at hand.</summary>
    public DeviceBuilder ClassSpecific(params ReadOnlySpan<byte> descriptors)
    {
        Current.Raw(descriptors);
        return this;
    }

    /// <summary>A bulk endpoint with the packet size of the speed.</summary>
    public DeviceBuilder BulkIn(byte number) => Endpoint((byte)(number | 0x80), TransferType.Bulk, 0, 0);

    /// <inheritdoc cref="BulkIn"/>
    public DeviceBuilder BulkOut(byte number) => Endpoint(number, TransferType.Bulk, 0, 0);

    /// <param name="number">1..15.</param>
    /// <param name="packetSize">wMaxPacketSize.</param>
    /// <param name="interval">bInterval: milliseconds at low and full speed, 2^(n-1) * 125 us at high and super speed.</param>
    public DeviceBuilder InterruptIn(byte number, int packetSize, byte interval) =>
        Endpoint((byte)(number | 0x80), TransferType.Interrupt, packetSize, interval);

    /// <inheritdoc cref="InterruptIn"/>
    public DeviceBuilder InterruptOut(byte number, int packetSize, byte interval) =>
        Endpoint(number, TransferType.Interrupt, packetSize, interval);

    /// <param name="number">1..15.</param>
    /// <param name="packetSize">wMaxPacketSize.</param>
    /// <param name="interval">bInterval: 2^(n-1) ms at full speed, 2^(n-1) * 125 us at high and super speed.</param>
    public DeviceBuilder IsochronousIn(byte number, int packetSize, byte interval) =>
        Endpoint((byte)(number | 0x80), TransferType.Isochronous, packetSize, interval);

    /// <inheritdoc cref="IsochronousIn"/>
    public DeviceBuilder IsochronousOut(byte number, int packetSize, byte interval) =>
        Endpoint(number, TransferType.Isochronous, packetSize, interval);

    /// <summary>The descriptors are complete.</summary>
    public DeviceDefinition Build()
    {
        _ = Current; // a device has at least one configuration
        var descriptor = new DeviceDescriptor(
            UsbRelease: (ushort)(_speed == UsbSpeed.Super ? 0x0300 : 0x0200),
            DeviceClass: _class.Class,
            DeviceSubClass: _class.SubClass,
            DeviceProtocol: _class.Protocol,
            MaxPacketSize0: (byte)(_speed switch { UsbSpeed.Super => 9, UsbSpeed.Low => 8, _ => 64 }),
            VendorId: _vendorId,
            ProductId: _productId,
            DeviceRelease: _release,
            ManufacturerIndex: _manufacturer,
            ProductIndex: _product,
            SerialNumberIndex: _serialNumber,
            ConfigurationCount: checked((byte)_configurations.Count));
        return new DeviceDefinition(
            _speed,
            descriptor,
            [.. _configurations.Select(configuration => configuration.Finish())],
            _speed == UsbSpeed.Super ? SuperSpeedObjectStore() : [],
            [.. _strings]);
    }

    private DeviceBuilder Endpoint(byte address, TransferType type, int packetSize, byte interval)
    {
        Current.Endpoint(address, type, packetSize, interval);
        return this;
    }

    private byte Index(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return 0;
        }

        if (text.Length > 126)
        {
            throw new ArgumentException($"The string '{text}' has {text.Length} characters; a string descriptor holds 126.", nameof(text));
        }

        _strings.Add(text);
        return checked((byte)_strings.Count);
    }

    /// <summary>USB 3.2, 9.6.2: the USB 2.0 extension (link power management) and the SuperSpeed capability.</summary>
    private static ImmutableArray<byte> SuperSpeedObjectStore()
    {
        byte[] store =
        [
            5, (byte)DescriptorType.BinaryObjectStore, 0, 0, 2,
            7, (byte)DescriptorType.DeviceCapability, 2, 0x02, 0, 0, 0,
            10, (byte)DescriptorType.DeviceCapability, 3, 0, 0x0E, 0, 1, 10, 0xFF, 0x07,
        ];
        BinaryPrimitives.WriteUInt16LittleEndian(store.AsSpan(2), checked((ushort)store.Length));
        return ImmutableArray.Create(store);
    }
}
