using System.Globalization;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>Prints a report descriptor, item by item (HID 1.11, 6.2.2).</summary>
internal sealed class HidReportPrinter(FieldWriter writer, UsbNames names)
{
    private const int Indent = 28;

    /// <summary>What lsusb prints for what has no name.</summary>
    private const string Nameless = "(null)";

    private static readonly string[] ItemTypes = ["Main  ", "Global", "Local ", "reserved"];
    private static readonly string[] Collections = ["Physical", "Application", "Logical", "Report", "Named Array", "Usage Switch", "Usage Modifier"];
    private static readonly string[] Systems = ["None", "SI Linear", "SI Rotation", "English Linear", "English Rotation"];

    /// <summary>Length, mass, time, temperature, current and luminous intensity (HID 1.11, 6.2.2.7), in each system.</summary>
    private static readonly string[][] Units =
    [
        ["None", "None", "None", "None", "None", "None", "None"],
        ["Centimeter", "Gram", "Seconds", "Kelvin", "Ampere", "Candela", "None"],
        ["Radians", "Gram", "Seconds", "Kelvin", "Ampere", "Candela", "None"],
        ["Inch", "Slug", "Seconds", "Fahrenheit", "Ampere", "Candela", "None"],
        ["Degrees", "Slug", "Seconds", "Fahrenheit", "Ampere", "Candela", "None"],
    ];

    private ushort _usagePage;

    public void Print(ReadOnlySpan<byte> report)
    {
        _usagePage = ushort.MaxValue;
        writer.Line(10, $"Report Descriptor: (length is {report.Length})");
        while (!report.IsEmpty)
        {
            var size = report[0] & 3;
            size = size == 3 ? 4 : size;
            if (report.Length < 1 + size)
            {
                writer.Bytes(12, "junk at the report descriptor's end:", report);
                return;
            }

            PrintItem(report[0], report.Slice(1, size));
            report = report[(1 + size)..];
        }
    }

    private void PrintItem(byte prefix, ReadOnlySpan<byte> bytes)
    {
        var item = (byte)(prefix & ~3);
        uint data = 0;
        for (var index = bytes.Length - 1; index >= 0; index--)
        {
            data = (data << 8) | bytes[index];
        }

        var hex = string.Concat(bytes.ToArray().Select(value => $"0x{value:x2} "));
        var shown = bytes.IsEmpty ? "none" : string.Create(CultureInfo.InvariantCulture, $" [ {hex}] {unchecked((int)data)}");
        writer.Line(12, $"Item({ItemTypes[(prefix >> 2) & 3]}): {names.HidItem(item) ?? Nameless}, data={shown}");
        PrintMeaning(item, data, bytes.Length);
    }

    private void PrintMeaning(byte item, uint data, int size)
    {
        switch (item)
        {
            case 0x04:
                _usagePage = unchecked((ushort)data);
                writer.Line(Indent, names.UsagePage(_usagePage) ?? Nameless);
                break;
            case 0x08 or 0x18 or 0x28: // a usage, or the first or last of several; one of four bytes brings its page
                var page = data > ushort.MaxValue ? (ushort)(data >> 16) : _usagePage;
                writer.Line(Indent, names.Usage(page, unchecked((ushort)data)) ?? Nameless);
                break;
            case 0x54:
                writer.Line(Indent, string.Create(CultureInfo.InvariantCulture, $"Unit Exponent: {unchecked((sbyte)data)}"));
                break;
            case 0x64:
                writer.Line(Indent, Unit(data, size));
                break;
            case 0x80 or 0x90 or 0xB0:
                PrintField(data);
                break;
            case 0xA0:
                writer.Line(Indent, data < Collections.Length ? Collections[data] : (data & 0x80) != 0 ? "Vendor defined" : "Reserved for future use.");
                break;
            default:
                break; // its number says it all
        }
    }

    /// <summary>The bits of an input, output or feature (HID 1.11, 6.2.2.5).</summary>
    private void PrintField(uint bits)
    {
        string Of(int bit, string set, string clear) => (bits & (1u << bit)) != 0 ? set : clear;
        writer.Line(Indent, string.Join(
            ' ', Of(0, "Constant", "Data"), Of(1, "Variable", "Array"), Of(2, "Relative", "Absolute"), Of(3, "Wrap", "No_Wrap"), Of(4, "Non_Linear", "Linear")));
        writer.Line(Indent, string.Join(
            ' ', Of(5, "No_Preferred_State", "Preferred_State"), Of(6, "Null_State", "No_Null_Position"), Of(7, "Volatile", "Non_Volatile"), Of(8, "Buffered Bytes", "Bitfield")));
    }

    /// <summary>The lowest four bits are the system, each four above a signed exponent.</summary>
    private static string Unit(uint data, int size)
    {
        var system = data & 0xF;
        if (system >= Systems.Length)
        {
            return $"System: {(system == 0xF ? "Vendor defined" : "Reserved")}, Unit: (unknown)";
        }

        var parts = new List<string>();
        for (var index = 1; index < size * 2; index++)
        {
            var exponent = (int)(data >> (4 * index)) & 0xF;
            exponent = exponent < 8 ? exponent : exponent - 16;
            if (exponent != 0)
            {
                var name = Units[system][index - 1];
                parts.Add(exponent == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}^{exponent}"));
            }
        }

        return $"System: {Systems[system]}, Unit: {(parts.Count == 0 ? "(None)" : string.Join('*', parts))}";
    }
}
