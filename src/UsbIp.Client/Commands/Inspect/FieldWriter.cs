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

    public void Field(int indent, string name, string value, string? meaning = null, int width = Width) =>
        Line(indent, $"{name}{value.PadLeft(Math.Max(width - name.Length, value.Length + 1))} {meaning}".TrimEnd());

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

    /// <summary>Prints, for each bit of a value that is set and means something, what it means.</summary>
    public void Meanings(int indent, uint bits, IReadOnlyList<string?> meanings)
    {
        for (var bit = 0; bit < meanings.Count; bit++)
        {
            if ((bits & (1u << bit)) != 0 && meanings[bit] is { } meaning)
            {
                Line(indent, meaning);
            }
        }
    }

    /// <summary>A descriptor that nobody here knows, or that is too short for what it says it is.</summary>
    public void Unrecognized(int indent, ReadOnlySpan<byte> descriptor) => Bytes(indent, "** UNRECOGNIZED:", descriptor);

    /// <summary>A descriptor of which only its kind is known.</summary>
    public void Bytes(int indent, string kind, ReadOnlySpan<byte> bytes) =>
        Line(indent, $"{kind}  {string.Join(' ', bytes.ToArray().Select(value => value.ToString("x2", CultureInfo.InvariantCulture)))}");
}
