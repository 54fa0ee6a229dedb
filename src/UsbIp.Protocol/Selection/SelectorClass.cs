using System.Globalization;

namespace UsbIp.Protocol.Selection;

/// <summary>The words for USB's classes in class:WORD (usb.org, Defined Class Codes).</summary>
internal static class SelectorClass
{
    private static readonly (string Word, byte Code)[] Words =
    [
        ("audio", 0x01), ("communications", 0x02), ("cdc", 0x02), ("serial", 0x02), ("hid", 0x03), ("image", 0x06), ("printer", 0x07), ("storage", 0x08),
        ("hub", 0x09), ("smartcard", 0x0B), ("video", 0x0E), ("wireless", 0xE0), ("vendor", 0xFF),
    ];

    /// <summary>All words, for an error.</summary>
    public static string AllWords { get; } = string.Join(", ", Words.Select(entry => entry.Word));

    /// <summary>A word, or one or two hexadecimal digits with or without 0x.</summary>
    public static bool TryParse(string text, out byte code)
    {
        foreach (var (word, known) in Words)
        {
            if (string.Equals(word, text, StringComparison.OrdinalIgnoreCase))
            {
                code = known;
                return true;
            }
        }

        var digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text;
        code = 0;
        return digits.Length is 1 or 2 && byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out code);
    }
}
