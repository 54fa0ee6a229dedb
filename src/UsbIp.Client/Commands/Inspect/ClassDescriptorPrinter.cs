using System.Buffers.Binary;
using System.Globalization;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>Prints the class-specific descriptors that most devices have (HID 1.11, 6.2.1; CDC 1.2, 5.2.3); any other as hexadecimal bytes.</summary>
internal sealed class ClassDescriptorPrinter(FieldWriter writer)
{
    private const byte HidClass = 3;
    private const byte CommunicationsClass = 2;
    private const byte HidDescriptor = 0x21;
    private const byte ReportDescriptor = 0x22;
    private const byte ClassInterface = 0x24;

    public void Print(byte interfaceClass, ReadOnlySpan<byte> bytes)
    {
        var known = (interfaceClass, bytes[1]) switch
        {
            (HidClass, HidDescriptor) => TryPrintHid(bytes),
            (CommunicationsClass, ClassInterface) => TryPrintCommunications(bytes),
            _ => false,
        };
        if (!known)
        {
            writer.Unrecognized(6, bytes);
        }
    }

    private bool TryPrintHid(ReadOnlySpan<byte> bytes)
    {
        const int Fixed = 6;
        const int PerDescriptor = 3;
        if (bytes.Length < Fixed || bytes.Length < Fixed + (bytes[5] * PerDescriptor))
        {
            return false;
        }

        writer.Line(8, "HID Device Descriptor:");
        writer.Start(10, bytes);
        writer.Release(10, "bcdHID", BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
        writer.Number(10, "bCountryCode", bytes[4], bytes[4] == 0 ? "Not supported" : null);
        writer.Number(10, "bNumDescriptors", bytes[5]);
        for (var offset = Fixed; offset < Fixed + (bytes[5] * PerDescriptor); offset += PerDescriptor)
        {
            writer.Number(10, "bDescriptorType", bytes[offset], bytes[offset] == ReportDescriptor ? "Report" : null);
            writer.Number(10, "wDescriptorLength", BinaryPrimitives.ReadUInt16LittleEndian(bytes[(offset + 1)..]));
        }

        return true;
    }

    private bool TryPrintCommunications(ReadOnlySpan<byte> bytes)
    {
        switch (bytes)
        {
            case [_, _, 0x00, _, _, ..]:
                writer.Line(6, "CDC Header:");
                writer.Release(8, "bcdCDC", BinaryPrimitives.ReadUInt16LittleEndian(bytes[3..]));
                return true;
            case [_, _, 0x01, var capabilities, var dataInterface, ..]:
                writer.Line(6, "CDC Call Management:");
                writer.Hex8(8, "bmCapabilities", capabilities);
                Meaning(capabilities, 0x01, "call management");
                Meaning(capabilities, 0x02, "use DataInterface");
                writer.Number(8, "bDataInterface", dataInterface);
                return true;
            case [_, _, 0x02, var capabilities, ..]:
                writer.Line(6, "CDC ACM:");
                writer.Hex8(8, "bmCapabilities", capabilities);
                Meaning(capabilities, 0x08, "connection notifications");
                Meaning(capabilities, 0x04, "sends break");
                Meaning(capabilities, 0x02, "line coding and serial state");
                Meaning(capabilities, 0x01, "get/set/clear comm features");
                return true;
            case [_, _, 0x06, var master, _, ..]:
                writer.Line(6, "CDC Union:");
                writer.Number(8, "bMasterInterface", master);
                var slaves = bytes[4..].ToArray().Select(slave => slave.ToString(CultureInfo.InvariantCulture));
                writer.Field(8, "bSlaveInterface", string.Join(' ', slaves));
                return true;
            default:
                return false;
        }
    }

    private void Meaning(byte bits, byte bit, string text)
    {
        if ((bits & bit) != 0)
        {
            writer.Line(10, text);
        }
    }
}
