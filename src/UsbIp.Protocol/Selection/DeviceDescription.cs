using System.Globalization;
using System.Text;

namespace UsbIp.Protocol.Selection;

/// <summary>
/// What a device record's path field tells besides the path: <c>/sys/bus/usb/devices/1-2 alias=scanner serial=4C53 product="Ultra Fit"</c>.
/// Stock clients print it as it is; ours select by it. Without anything to tell it is the plain path of other hosts.
/// </summary>
/// <param name="Path">Where the host has the device; for display only.</param>
/// <param name="Aliases">The names that the host has given it.</param>
/// <param name="SerialNumber">Null if there is none, or it did not fit.</param>
/// <param name="Product">Null if there is none, or it did not fit.</param>
public sealed record DeviceDescription(string Path, IReadOnlyList<string> Aliases, string? SerialNumber, string? Product)
{
    /// <summary>Characters that leave the tail of the field to <see cref="ExtensionTail"/>.</summary>
    public const int MaxLength = 191;

    private const string AliasKey = "alias";
    private const string SerialKey = "serial";
    private const string ProductKey = "product";

    /// <summary>The field's text: the path, and of the rest what fits whole, since half a serial number is another one.</summary>
    public static string Write(string path, DeviceTraits device)
    {
        var text = new StringBuilder(path, 0, Math.Min(path.Length, MaxLength), MaxLength);
        foreach (var alias in device.Aliases)
        {
            Append(text, AliasKey, alias);
        }

        Append(text, SerialKey, device.SerialNumber);
        Append(text, ProductKey, device.Product);
        return text.ToString();
    }

    /// <summary>Reads a field of any host. What is in another form than <see cref="Write"/> gives it stays part of the path.</summary>
    public static DeviceDescription Read(string text)
    {
        var rest = text;
        List<string> aliases = [];
        string? serial = null;
        string? product = null;
        while (TryTakeLast(ref rest, out var key, out var value))
        {
            switch (key)
            {
                case AliasKey:
                    aliases.Insert(0, value);
                    break;
                case SerialKey:
                    serial = value;
                    break;
                default:
                    product = value;
                    break;
            }
        }

        return new DeviceDescription(rest, aliases, serial, product);
    }

    private static void Append(StringBuilder text, string key, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        var word = $" {key}={Encode(value)}";
        if (text.Length + word.Length <= MaxLength)
        {
            text.Append(word);
        }
    }

    /// <summary>Takes " key=value" off the end. Quotes stand around a value with spaces, and never within one.</summary>
    private static bool TryTakeLast(ref string text, out string key, out string value)
    {
        (key, value) = ("", "");
        var end = text.EndsWith('"') ? text.LastIndexOf("=\"", StringComparison.Ordinal) : text.Length;
        var space = end < 1 ? -1 : text.LastIndexOf(' ', end - 1);
        var equals = space < 0 ? -1 : text.IndexOf('=', space);
        if (equals < 0)
        {
            return false;
        }

        key = text[(space + 1)..equals];
        var written = text[(equals + 1)..];
        if (key is not (AliasKey or SerialKey or ProductKey) || !TryDecode(written is ['"', .. var inner, '"'] ? inner : written, out value))
        {
            return false;
        }

        text = text[..space];
        return true;
    }

    /// <summary>As it is but for what the field or its form cannot hold, which becomes %XX of its UTF-8.</summary>
    private static string Encode(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var unit in Encoding.UTF8.GetBytes(value))
        {
            _ = unit is < 0x20 or > 0x7E or (byte)'%' or (byte)'"'
                ? text.Append(CultureInfo.InvariantCulture, $"%{unit:X2}")
                : text.Append((char)unit);
        }

        return value.Contains(' ', StringComparison.Ordinal) ? $"\"{text}\"" : text.ToString();
    }

    private static bool TryDecode(string text, out string value)
    {
        value = "";
        var bytes = new List<byte>(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] is not ('%' or '"'))
            {
                bytes.Add((byte)text[index]); // the field is ASCII
            }
            else if (text[index] == '%'
                && index + 2 < text.Length
                && byte.TryParse(text.AsSpan(index + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
            {
                bytes.Add(escaped);
                index += 2;
            }
            else
            {
                return false;
            }
        }

        value = PrintableText.Of(Encoding.UTF8.GetString([.. bytes]));
        return value.Length > 0;
    }
}
