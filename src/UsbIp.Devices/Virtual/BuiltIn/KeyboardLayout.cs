using System.Globalization;

namespace UsbIp.Devices.Virtual.BuiltIn;

/// <summary>A key and what is held with it, as HID numbers them (HID Usage Tables 1.12, 10).</summary>
internal readonly record struct Keystroke(byte Usage, byte Modifiers);

/// <summary>Which keys of the US layout make which character.</summary>
internal static class KeyboardLayout
{
    private const byte LeftShift = 0x02;

    // From usage 0x1E on, in the order of the usages, without and with shift; the space at 0x32 is a key that US keyboards lack.
    private const byte FirstPunctuation = 0x1E;
    private const string Plain = "1234567890\n\u001b\b\t -=[]\\\0;'`,./";
    private const string Shifted = "!@#$%^&*()\0\0\0\0\0_+{}|\0:\"~<>?";

    /// <summary>Null: that character is not on the keyboard.</summary>
    public static Keystroke? Find(char character) => character switch
    {
        '\0' => null,
        '\r' => null,
        >= 'a' and <= 'z' => new Keystroke((byte)(0x04 + character - 'a'), 0),
        >= 'A' and <= 'Z' => new Keystroke((byte)(0x04 + character - 'A'), LeftShift),
        _ when Plain.IndexOf(character, StringComparison.Ordinal) is >= 0 and var key => new Keystroke((byte)(FirstPunctuation + key), 0),
        _ when Shifted.IndexOf(character, StringComparison.Ordinal) is >= 0 and var key => new Keystroke((byte)(FirstPunctuation + key), LeftShift),
        _ => null,
    };

    /// <exception cref="UsbException">A character is not on the keyboard.</exception>
    public static void Require(string text)
    {
        foreach (var character in text)
        {
            if (Find(character) is null)
            {
                var name = char.IsControl(character) || char.IsSurrogate(character)
                    ? string.Create(CultureInfo.InvariantCulture, $"U+{(int)character:X4}")
                    : $"'{character}' (U+{(int)character:X4})";
                throw new UsbException(
                    UsbFailure.Other,
                    $"The character {name} is not on the virtual keyboard, which has the US layout; nothing was typed.",
                    "Use the characters of ASCII; line feed is Enter, tab is Tab.");
            }
        }
    }
}
