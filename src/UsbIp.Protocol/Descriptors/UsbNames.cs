using System.Globalization;
using System.Text;

namespace UsbIp.Protocol.Descriptors;

/// <summary>
/// The names of vendors, products, classes, and what some of them add, from the field's list (usb.ids of hwdata and usbutils). Every name is null where the list,
/// or its entry, is missing. Looks the text up in place: nothing is parsed that nobody asks for.
/// </summary>
public sealed class UsbNames(ReadOnlyMemory<byte> text)
{
    private static readonly string[] Places =
    [
        "/usr/share/misc/usb.ids",
        "/usr/share/hwdata/usb.ids",
        "/var/lib/usbutils/usb.ids",
    ];

    /// <summary>The list of this machine; an empty one if it has none.</summary>
    public static UsbNames Load()
    {
        foreach (var place in Places)
        {
            try
            {
                return new UsbNames(File.ReadAllBytes(place));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // The next place; names are a comfort, not a need.
            }
        }

        return new UsbNames(default);
    }

    public string? Vendor(ushort vendor) => Name(Entry(text.Span, $"\n{vendor:x4}  "));

    public string? Product(ushort vendor, ushort product) =>
        Name(Entry(Children(text.Span, $"\n{vendor:x4}  ", "\n\t"), $"\n\t{product:x4}  "));

    public string? Class(byte deviceClass) => Name(Entry(text.Span, $"\nC {deviceClass:x2}  "));

    public string? SubClass(byte deviceClass, byte subClass) =>
        Name(Entry(Children(text.Span, $"\nC {deviceClass:x2}  ", "\n\t"), $"\n\t{subClass:x2}  "));

    public string? Protocol(byte deviceClass, byte subClass, byte protocol)
    {
        var subClasses = Children(text.Span, $"\nC {deviceClass:x2}  ", "\n\t");
        return Name(Entry(Children(subClasses, $"\n\t{subClass:x2}  ", "\n\t\t"), $"\n\t\t{protocol:x2}  "));
    }

    /// <summary>What an audio terminal is, such as a microphone (wTerminalType).</summary>
    public string? AudioTerminal(ushort type) => Name(Entry(text.Span, $"\nAT {type:x4}  "));

    /// <summary>The country that a keyboard's labels are for (HID 1.11, 6.2.1).</summary>
    public string? HidCountry(byte country) => Name(Entry(text.Span, $"\nHCC {country:00}  "));

    public string? HidDescriptor(byte type) => Name(Entry(text.Span, $"\nHID {type:x2}  "));

    /// <summary>An item of a report descriptor, without the bits for its size (HID 1.11, 6.2.2).</summary>
    public string? HidItem(byte item) => Name(Entry(text.Span, $"\nR {item:x2}  "));

    public string? UsagePage(ushort page) => Name(Entry(text.Span, $"\nHUT {page:x2}  "));

    public string? Usage(ushort page, ushort usage) =>
        Name(Entry(Children(text.Span, $"\nHUT {page:x2}  ", "\n\t"), $"\n\t{usage:x3}  "));

    /// <summary>The text behind a key, up to the list's end; empty if the key is not there.</summary>
    private static ReadOnlySpan<byte> Entry(ReadOnlySpan<byte> list, FormattableString key)
    {
        Span<byte> bytes = stackalloc byte[16];
        var length = Encoding.ASCII.GetBytes(key.ToString(CultureInfo.InvariantCulture), bytes);
        var found = list.IndexOf(bytes[..length]);
        return found < 0 ? default : list[(found + length)..];
    }

    /// <summary>The lines below a key which are indented deeper than it, each with the line end before it.</summary>
    private static ReadOnlySpan<byte> Children(ReadOnlySpan<byte> list, FormattableString key, string indent)
    {
        var entry = Entry(list, key);
        var start = entry.IndexOf((byte)'\n');
        if (start < 0)
        {
            return default;
        }

        var children = entry[start..];
        var end = 0;
        while (end < children.Length && StartsWith(children[end..], indent))
        {
            var next = children[(end + 1)..].IndexOf((byte)'\n');
            end = next < 0 ? children.Length : end + 1 + next;
        }

        return children[..end];
    }

    private static bool StartsWith(ReadOnlySpan<byte> line, string indent)
    {
        for (var index = 0; index < indent.Length; index++)
        {
            if (index >= line.Length || line[index] != indent[index])
            {
                return false;
            }
        }

        return true;
    }

    private static string? Name(ReadOnlySpan<byte> entry)
    {
        var end = entry.IndexOf((byte)'\n');
        var name = Encoding.UTF8.GetString(end < 0 ? entry : entry[..end]).Trim();
        return name.Length == 0 ? null : name;
    }
}
