namespace UsbIp.Host.Commands;

/// <summary>Makes text that a device or a peer chose safe to print: nothing in it commands the terminal or turns its direction.</summary>
internal static class PrintableText
{
    public static string Of(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        for (var index = 0; index < source.Length; index++)
        {
            target[index] = IsSafe(source[index]) ? source[index] : '?';
        }
    });

    private static bool IsSafe(char character) =>
        !char.IsControl(character) && character is not ((>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));
}
