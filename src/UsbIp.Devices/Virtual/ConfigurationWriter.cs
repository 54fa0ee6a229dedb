using System.Buffers.Binary;
using System.Collections.Immutable;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Virtual;

/// <summary>The bytes of one configuration descriptor as they grow; what is known only at the end is patched in by <see cref="Finish"/>.</summary>
internal sealed class ConfigurationWriter
{
    private const int EndpointCountOffset = 4;

    private readonly UsbSpeed _speed;
    private readonly List<byte> _bytes;
    private readonly HashSet<byte> _addresses = [];
    private byte _interfaceCount;
    private byte _alternateSetting;
    private int _setting = -1;

    public ConfigurationWriter(UsbSpeed speed, byte value, int milliamperes, bool selfPowered, bool remoteWakeup)
    {
        _speed = speed;
        var attributes = 0x80 | (selfPowered ? 0x40 : 0) | (remoteWakeup ? 0x20 : 0);
        var unit = speed == UsbSpeed.Super ? 8 : 2;
        _bytes = [ConfigurationDescriptor.HeaderSize, (byte)DescriptorType.Configuration, 0, 0, 0, value, 0, (byte)attributes, checked((byte)(milliamperes / unit))];
    }

    public void Interface(byte interfaceClass, byte subClass, byte protocol, byte nameIndex)
    {
        _alternateSetting = 0;
        _addresses.Clear();
        _setting = _bytes.Count;
        _bytes.AddRange([9, (byte)DescriptorType.Interface, _interfaceCount, 0, 0, interfaceClass, subClass, protocol, nameIndex]);
        _interfaceCount++;
    }

    public void AlternateSetting()
    {
        RequireInterface();
        var same = _bytes.GetRange(_setting, 9);
        _alternateSetting++;
        same[3] = _alternateSetting;
        same[EndpointCountOffset] = 0;
        _addresses.Clear();
        _setting = _bytes.Count;
        _bytes.AddRange(same);
    }

    public void Association(byte count, byte functionClass, byte subClass, byte protocol) =>
        _bytes.AddRange([8, (byte)DescriptorType.InterfaceAssociation, _interfaceCount, count, functionClass, subClass, protocol, 0]);

    public void Raw(ReadOnlySpan<byte> descriptors) => _bytes.AddRange(descriptors);

    public void Endpoint(byte address, TransferType type, int packetSize, byte interval)
    {
        RequireInterface();
        if ((address & 0x0F) == 0 || !_addresses.Add(address))
        {
            throw new ArgumentException($"Endpoint 0x{address:x2} is endpoint 0 or stands twice in one alternate setting.", nameof(address));
        }

        var size = type == TransferType.Bulk ? BulkPacketSize : packetSize;
        if (size < 1 || size > MaxPacketSize(type))
        {
            throw new ArgumentException(
                $"Endpoint 0x{address:x2}: the packet size {size} is outside 1..{MaxPacketSize(type)}, the limit of {type} at {_speed} speed.", nameof(packetSize));
        }

        _bytes.AddRange([7, (byte)DescriptorType.Endpoint, address, (byte)type, (byte)(size & 0xFF), (byte)(size >> 8), interval]);
        if (_speed == UsbSpeed.Super)
        {
            var perInterval = type is TransferType.Bulk ? 0 : size;
            var burst = type is TransferType.Bulk ? 15 : 0;
            _bytes.AddRange([6, (byte)DescriptorType.SuperSpeedCompanion, (byte)burst, 0, (byte)(perInterval & 0xFF), (byte)(perInterval >> 8)]);
        }

        _bytes[_setting + EndpointCountOffset]++;
    }

    public ImmutableArray<byte> Finish()
    {
        byte[] bytes = [.. _bytes];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), checked((ushort)bytes.Length));
        bytes[4] = _interfaceCount;
        return ImmutableArray.Create(bytes);
    }

    private int BulkPacketSize => _speed switch
    {
        UsbSpeed.Super => 1024,
        UsbSpeed.High => 512,
        _ => 64,
    };

    private int MaxPacketSize(TransferType type) => (_speed, type) switch
    {
        (UsbSpeed.Low, TransferType.Interrupt) => 8,
        (UsbSpeed.Low, _) => 0, // neither bulk nor isochronous
        (UsbSpeed.Full, TransferType.Isochronous) => 1023,
        (UsbSpeed.Full, _) => 64,
        (UsbSpeed.High, TransferType.Bulk) => 512,
        _ => 1024,
    };

    private void RequireInterface()
    {
        if (_setting < 0)
        {
            throw new InvalidOperationException("An endpoint or an alternate setting belongs to an interface: call Interface first.");
        }
    }
}
