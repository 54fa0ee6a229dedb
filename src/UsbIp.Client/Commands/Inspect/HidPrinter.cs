using System.Buffers.Binary;
using UsbIp.Client.Remote;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>Prints a HID descriptor (HID 1.11, 6.2.1), and the report descriptors that it names, which only the device itself can tell.</summary>
internal sealed class HidPrinter(FieldWriter writer, UsbNames names, RemoteDevice device)
{
    private const byte HidDescriptor = 0x21;
    private const byte ReportDescriptor = 0x22;
    private const int Fixed = 6;
    private const int PerDescriptor = 3;

    /// <summary>What lsusb takes; a longer one is nonsense.</summary>
    private const int LongestReport = 8192;

    private readonly HidReportPrinter _reports = new(writer, names);

    /// <returns>False if it is none, or too short; nothing is printed then.</returns>
    public bool TryPrint(byte interfaceNumber, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Fixed || bytes[1] != HidDescriptor || bytes.Length < Fixed + (bytes[5] * PerDescriptor))
        {
            return false;
        }

        writer.Line(8, "HID Device Descriptor:");
        writer.Start(10, bytes);
        writer.Release(10, "bcdHID", BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));
        writer.Number(10, "bCountryCode", bytes[4], names.HidCountry(bytes[4]) ?? "Unknown");
        writer.Number(10, "bNumDescriptors", bytes[5]);
        var descriptors = bytes.Slice(Fixed, bytes[5] * PerDescriptor);
        for (var offset = 0; offset < descriptors.Length; offset += PerDescriptor)
        {
            writer.Number(10, "bDescriptorType", descriptors[offset], names.HidDescriptor(descriptors[offset]));
            writer.Number(10, "wDescriptorLength", BinaryPrimitives.ReadUInt16LittleEndian(descriptors[(offset + 1)..]));
        }

        for (var offset = 0; offset < descriptors.Length; offset += PerDescriptor)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(descriptors[(offset + 1)..]);
            if (descriptors[offset] == ReportDescriptor && length is > 0 and <= LongestReport)
            {
                PrintReport(device.ReadReport(interfaceNumber, length), length);
            }
        }

        return true;
    }

    private void PrintReport(byte[] report, int length)
    {
        if (report.Length == 0)
        {
            writer.Line(9, "Report Descriptors:");
            writer.Line(11, "** UNAVAILABLE **");
            return;
        }

        if (report.Length < length)
        {
            writer.Line(10, "Warning: incomplete report descriptor");
        }

        _reports.Print(report);
    }
}
