using System.Buffers.Binary;
using System.Globalization;
using UsbIp.Client.Remote;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>Prints the functional descriptors of modems and network adapters (CDC 1.2, 5.2.3).</summary>
internal sealed class CommunicationsPrinter(FieldWriter writer, RemoteDevice device)
{
    private const int SubtypeEnd = 3;

    private static readonly string[] CallManagement = ["call management", "use DataInterface"];
    private static readonly string[] NetworkCapabilities =
        ["packet filter", "net address", "encapsulated commands", "max datagram size", "crc mode", "8-byte ntb input size"];

    public void Print(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SubtypeEnd)
        {
            writer.Bytes(6, "UNRECOGNIZED CDC:", bytes);
            return;
        }

        var (name, length) = bytes[2] switch
        {
            0x00 => ("Header", 5),
            0x01 => ("Call Management", 5),
            0x02 => ("ACM", 4),
            0x06 => ("Union", Math.Max(5, bytes.Length)),
            0x0F => ("Ethernet", 13),
            0x1A => ("NCM", 6),
            _ => ("", bytes.Length),
        };
        if (name.Length == 0)
        {
            writer.Bytes(6, "UNRECOGNIZED CDC:", bytes);
        }
        else if (bytes.Length != length)
        {
            writer.Bytes(6, $"INVALID CDC ({name}):", bytes);
        }
        else
        {
            writer.Line(6, $"CDC {name}:");
            PrintFields(bytes);
        }
    }

    private void PrintFields(ReadOnlySpan<byte> bytes)
    {
        switch (bytes[2])
        {
            case 0x00:
                writer.Release(8, "bcdCDC", BinaryPrimitives.ReadUInt16LittleEndian(bytes[3..]));
                break;
            case 0x01:
                writer.Hex8(8, "bmCapabilities", bytes[3]);
                writer.Meanings(10, bytes[3], CallManagement);
                PrintNumbers("bDataInterface", bytes[4..]);
                break;
            case 0x02:
                writer.Hex8(8, "bmCapabilities", bytes[3]);
                PrintAbstractControl(bytes[3]);
                break;
            case 0x06:
                PrintNumbers("bMasterInterface", bytes.Slice(3, 1));
                PrintNumbers("bSlaveInterface", bytes[4..]);
                break;
            case 0x0F:
                PrintEthernet(bytes);
                break;
            default:
                writer.Release(8, "bcdNcmVersion", BinaryPrimitives.ReadUInt16LittleEndian(bytes[3..]));
                writer.Hex8(8, "bmNetworkCapabilities", bytes[5]);
                for (var bit = NetworkCapabilities.Length - 1; bit >= 0; bit--)
                {
                    PrintIf(bytes[5], 1 << bit, NetworkCapabilities[bit]);
                }

                break;
        }
    }

    /// <summary>The highest bit first.</summary>
    private void PrintAbstractControl(byte capabilities)
    {
        PrintIf(capabilities, 0x08, "connection notifications");
        PrintIf(capabilities, 0x04, "sends break");
        PrintIf(capabilities, 0x02, "line coding and serial state");
        PrintIf(capabilities, 0x01, "get/set/clear comm features");
    }

    private void PrintEthernet(ReadOnlySpan<byte> bytes)
    {
        const int Width = 34;
        string Decimal(int value) => value.ToString(CultureInfo.InvariantCulture);
        var address = device.ReadString(bytes[3]);
        writer.Field(8, "iMacAddress", Decimal(bytes[3]), address.Length == 0 ? "(??)" : address, Width);
        writer.Field(8, "bmEthernetStatistics", $"0x{BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]):x8}", width: Width);
        writer.Field(8, "wMaxSegmentSize", Decimal(BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..])), width: Width);
        writer.Field(8, "wNumberMCFilters", $"0x{BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]):x4}", width: Width);
        writer.Field(8, "bNumberPowerFilters", Decimal(bytes[12]), width: Width);
    }

    /// <summary>Numbers of interfaces, the first where a single digit would be.</summary>
    private void PrintNumbers(string name, ReadOnlySpan<byte> numbers) =>
        writer.Line(8, $"{name,-24}{string.Join(' ', numbers.ToArray())}");

    private void PrintIf(byte bits, int bit, string text)
    {
        if ((bits & bit) != 0)
        {
            writer.Line(10, text);
        }
    }
}
