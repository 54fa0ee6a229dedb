using System.Buffers;

namespace UsbIp.Protocol;

/// <summary>
/// Makes text that a device or a peer chose safe to print: nothing in it commands a terminal, begins a line of a log, or turns the direction
/// of what stands beside it. Each such character becomes '?', so that the length stays and a reader sees that something was there.
/// </summary>
public static class PrintableText
{
    /// <summary>C0, DEL and C1; the line and paragraph separators; the marks, overrides and isolates of direction (Unicode TR 9).</summary>
    private static readonly SearchValues<char> Unprintable = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(code => (char)code),
        '\u061C', '\u200E', '\u200F', '\u2028', '\u2029',
        '\u202A', '\u202B', '\u202C', '\u202D', '\u202E',
        '\u2066', '\u2067', '\u2068', '\u2069',
    ]);

    public static string Of(string text) => text.AsSpan().ContainsAny(Unprintable) ? Clean(text) : text;

    private static string Clean(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        source.CopyTo(target);
        target.ReplaceAny(Unprintable, '?');
    });
}
