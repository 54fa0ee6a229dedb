using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace UsbIp.Protocol.Descriptors;

/// <summary>
/// A configuration (USB 2.0, 9.6.3) with every alternate setting of every interface, in the order of the bytes. Parsing is bounded by
/// the bytes at hand: what a descriptor says of its own length is believed only within them.
/// </summary>
public sealed record ConfigurationDescriptor(
    byte Value,
    byte NameIndex,
    byte Attributes,
    byte MaxPower,
    byte InterfaceCount,
    IReadOnlyList<InterfaceDescriptor> AlternateSettings)
{
    public const int HeaderSize = 9;

    private const int InterfaceSize = 9;
    private const int EndpointSize = 7;
    private const int CompanionSize = 6;

    /// <summary>False if the bytes do not begin with a configuration descriptor. Broken parts behind it are left out.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out ConfigurationDescriptor? configuration)
    {
        configuration = null;
        if (bytes.Length < HeaderSize
            || bytes[0] < HeaderSize
            || bytes[1] is not ((byte)DescriptorType.Configuration or (byte)DescriptorType.OtherSpeedConfiguration))
        {
            return false;
        }

        var total = Math.Min(bytes.Length, BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
        configuration = new ConfigurationDescriptor(
            Value: bytes[5],
            NameIndex: bytes[6],
            Attributes: bytes[7],
            MaxPower: bytes[8],
            InterfaceCount: bytes[4],
            AlternateSettings: total > bytes[0] ? ReadAlternateSettings(bytes[bytes[0]..total]) : []);
        return true;
    }

    private static List<InterfaceDescriptor> ReadAlternateSettings(ReadOnlySpan<byte> bytes)
    {
        var settings = new List<InterfaceDescriptor>();
        List<EndpointDescriptor>? endpoints = null;
        while (bytes.Length >= 2 && bytes[0] >= 2 && bytes[0] <= bytes.Length)
        {
            var one = bytes[..bytes[0]];
            switch ((DescriptorType)one[1])
            {
                case DescriptorType.Interface when one.Length >= InterfaceSize:
                    endpoints = [];
                    settings.Add(new InterfaceDescriptor(one[2], one[3], one[5], one[6], one[7], one[8], endpoints));
                    break;
                case DescriptorType.Endpoint when one.Length >= EndpointSize:
                    endpoints?.Add(new EndpointDescriptor(
                        one[2], (TransferType)(one[3] & 3), BinaryPrimitives.ReadUInt16LittleEndian(one[4..]), one[6]));
                    break;
                case DescriptorType.SuperSpeedCompanion when one.Length >= CompanionSize && endpoints is { Count: > 0 }:
                    endpoints[^1] = endpoints[^1] with
                    {
                        MaxBurst = one[2],
                        CompanionAttributes = one[3],
                        BytesPerInterval = BinaryPrimitives.ReadUInt16LittleEndian(one[4..]),
                    };
                    break;
                default:
                    break; // class-specific, associations and what comes after this was written
            }

            bytes = bytes[one.Length..];
        }

        return settings;
    }
}
