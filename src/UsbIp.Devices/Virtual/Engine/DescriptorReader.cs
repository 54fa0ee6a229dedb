using System.Collections.Immutable;
using System.Text;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Virtual.Engine;

/// <summary>Answers GET_DESCRIPTOR of the device (USB 2.0, 9.4.3) from its definition.</summary>
internal sealed class DescriptorReader(DeviceDefinition definition)
{
    private const byte Languages = 0;
    private static readonly byte[] EnglishOnly = [4, (byte)DescriptorType.String, 0x09, 0x04];

    public ControlReply Read(SetupPacket setup, Span<byte> data)
    {
        var index = (byte)(setup.Value & 0xFF);
        switch ((DescriptorType)(setup.Value >> 8))
        {
            case DescriptorType.Device:
                Span<byte> bytes = stackalloc byte[DeviceDescriptor.Size];
                definition.Descriptor.Write(bytes);
                return ControlReply.Data(bytes, data);
            case DescriptorType.Configuration when index < definition.RawConfigurations.Count:
                return ControlReply.Data(definition.RawConfigurations[index].AsSpan(), data);
            case DescriptorType.String:
                return Text(index, data);
            case DescriptorType.DeviceQualifier when definition.Speed == UsbSpeed.High:
                return Qualifier(data);
            case DescriptorType.OtherSpeedConfiguration when definition.Speed == UsbSpeed.High && index < definition.RawConfigurations.Count:
                return OtherSpeed(definition.RawConfigurations[index], data);
            case DescriptorType.BinaryObjectStore when !definition.BinaryObjectStore.IsEmpty:
                return ControlReply.Data(definition.BinaryObjectStore.AsSpan(), data);
            default:
                return ControlReply.Stall;
        }
    }

    /// <summary>Whatever language is asked for: hosts ask for the first in the list.</summary>
    private ControlReply Text(byte index, Span<byte> data)
    {
        if (index == Languages)
        {
            return ControlReply.Data(EnglishOnly, data);
        }

        if (index > definition.Strings.Count)
        {
            return ControlReply.Stall;
        }

        Span<byte> descriptor = stackalloc byte[255];
        var length = 2 + Encoding.Unicode.GetBytes(definition.Strings[index - 1], descriptor[2..]);
        descriptor[0] = (byte)length;
        descriptor[1] = (byte)DescriptorType.String;
        return ControlReply.Data(descriptor[..length], data);
    }

    /// <summary>USB 2.0, 9.6.2: the device descriptor as it would be at full speed.</summary>
    private ControlReply Qualifier(Span<byte> data)
    {
        var device = definition.Descriptor;
        ReadOnlySpan<byte> qualifier =
        [
            10, (byte)DescriptorType.DeviceQualifier, 0x00, 0x02,
            device.DeviceClass, device.DeviceSubClass, device.DeviceProtocol, device.MaxPacketSize0, device.ConfigurationCount, 0,
        ];
        return ControlReply.Data(qualifier, data);
    }

    /// <summary>USB 2.0, 9.6.4: the configuration as it would be at full speed, with the packets of that speed.</summary>
    private static ControlReply OtherSpeed(ImmutableArray<byte> configuration, Span<byte> data)
    {
        byte[] bytes = [.. configuration];
        bytes[1] = (byte)DescriptorType.OtherSpeedConfiguration;
        for (var offset = 0; offset < bytes.Length; offset += bytes[offset])
        {
            if (bytes[offset + 1] == (byte)DescriptorType.Endpoint)
            {
                var limit = (TransferType)(bytes[offset + 3] & 3) == TransferType.Isochronous ? 1023 : 64;
                var size = Math.Min(limit, (bytes[offset + 4] | (bytes[offset + 5] << 8)) & 0x7FF);
                bytes[offset + 4] = (byte)(size & 0xFF);
                bytes[offset + 5] = (byte)(size >> 8);
            }
        }

        return ControlReply.Data(bytes, data);
    }
}
