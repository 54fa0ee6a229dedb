namespace UsbIp.Host.Configuration;

/// <summary>
/// Tells a whole file from one that was cut at the end of a line: that is a configuration still, and may lack the one rule that denies. A file that
/// usbip-host has made says in its first line what its last one is; one that was written by hand has neither, and holds as it is.
/// </summary>
internal static class ConfigurationSeal
{
    /// <summary>The last line.</summary>
    public const string Closing = "# The file ends here.";

    /// <summary>The first line.</summary>
    public const string Opening = $"# What usbip-host exports, and under which names. Without its last line, '{Closing}', it is cut off and does not hold.";

    /// <summary>The text with its last line in its place, if it has such a first one.</summary>
    public static string Close(string text) => IsSealed(text) ? $"{Opened(text).TrimEnd('\n')}\n{Closing}\n" : text;

    /// <summary>The text with an empty line for its last one, so that every other line keeps its number.</summary>
    /// <exception cref="CommandException">The last line should be there and is not.</exception>
    public static string Open(string text) => !IsSealed(text)
        ? text
        : Opened(text) is var opened && opened.Length < text.Length
            ? opened
            : throw new CommandException(
                ExitCode.Failure, $"line {text.Split('\n').Length}: the file is cut off, for '{Closing}' does not stand in it as its first line says.");

    private static bool IsSealed(string text) => text.StartsWith(Opening, StringComparison.Ordinal);

    /// <summary>Lines may stand behind it that somebody has added, and editors have their own ideas of where a line ends.</summary>
    private static string Opened(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimEnd() == Closing ? "" : line));
}
