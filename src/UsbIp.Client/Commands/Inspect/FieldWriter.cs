using System.Globalization;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>
/// Prints descriptors in the layout of <c>lsusb -v</c>: a field's name, its value so far to the right that both take 25 columns, then what
/// the value means.
/// </summary>
internal sealed class FieldWriter(TextWriter writer)
{
    private const int Width = 25;

    public void Line(int indent, string text) => writer.WriteLine(new string(' ', indent) + text);

    public void Field(int indent, string name, string value, string? meaning = null) =>
        Line(indent, $"{name}{value.PadLeft(Math.Max(Width - name.Length, value.Length + 1))} {meaning}".TrimEnd());

    public void Number(int indent, string name, int value, string? meaning = null) =>
        Field(indent, name, value.ToString(CultureInfo.InvariantCulture), meaning);

    public void Hex8(int indent, string name, byte value, string? meaning = null) => Field(indent, name, $"0x{value:x2}", meaning);

    public void Hex16(int indent, string name, ushort value, string? meaning = null) => Field(indent, name, $"0x{value:x4}", meaning);

    /// <summary>Binary-coded decimal, such as a bcdUSB of 0x0210: 2.10.</summary>
    public void Release(int indent, string name, ushort value) => Field(indent, name, $"{value >> 8:x}.{value & 0xFF:x2}");

    /// <summary>bLength and bDescriptorType, with which every descriptor begins.</summary>
    public void Start(int indent, ReadOnlySpan<byte> descriptor)
    {
        Number(indent, "bLength", descriptor[0]);
        Number(indent, "bDescriptorType", descriptor[1]);
    }

    /// <summary>A descriptor that nobody here knows, or that is too short for what it says it is.</summary>
    public void Unrecognized(int indent, ReadOnlySpan<byte> descriptor) =>
        Line(indent, $"** UNRECOGNIZED:  {string.Join(' ', descriptor.ToArray().Select(value => value.ToString("x2", CultureInfo.InvariantCulture)))}");
}
