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
    public static string Close(string text) => IsSealed(text) ? $"{WithoutClosing(text) ?? text}{Closing}\n" : text;

    /// <summary>The text without its last line.</summary>
    /// <exception cref="CommandException">The last line should be there and is not.</exception>
    public static string Open(string text) => !IsSealed(text)
        ? text
        : WithoutClosing(text) ?? throw new CommandException(
            ExitCode.Failure, $"line {text.Split('\n').Length}: the file is cut off, for '{Closing}' does not stand in it as its first line says.");

    private static bool IsSealed(string text) => text.StartsWith(Opening, StringComparison.Ordinal);

    /// <summary>Null if it is not there. Lines may stand behind it that somebody has added, and editors may leave out the last line feed.</summary>
    private static string? WithoutClosing(string text)
    {
        var lines = text.EndsWith('\n') ? text : text + "\n";
        var rest = lines.Replace($"\n{Closing}\n", "\n", StringComparison.Ordinal);
        return rest.Length < lines.Length ? rest : null;
    }
}
