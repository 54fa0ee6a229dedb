using System.Globalization;
using System.Text.RegularExpressions;

namespace UsbIp.TestKit;

/// <summary>
/// Golden files: messages as bytes that a person can read. One field per line: its hex digits, its name, what it means, each
/// separated by two spaces or more. <c>00x27</c> is a byte that stands 27 times; lines that begin with # are remarks.
/// </summary>
public static partial class Golden
{
    /// <summary>The bytes of the file of that name in the test project's folder Golden.</summary>
    public static byte[] Load(string fileName) => [.. Fields(fileName).SelectMany(field => field.Bytes)];

    /// <summary>The fields of that file, in the order of the wire.</summary>
    public static IReadOnlyList<GoldenField> Fields(string fileName) =>
        [.. File.ReadLines(Path.Combine(Folder, fileName))
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => Parse(line, fileName))];

    /// <summary>The names of all golden files of the test project.</summary>
    public static IReadOnlyList<string> FileNames =>
        [.. Directory.GetFiles(Folder, "*.hex").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Golden");

    private static GoldenField Parse(string line, string fileName)
    {
        var match = Line().Match(line);
        if (!match.Success)
        {
            throw new FormatException($"{fileName}: '{line}' is not a line of hex digits, a name and a meaning.");
        }

        var bytes = Convert.FromHexString(match.Groups["hex"].Value);
        if (match.Groups["times"].Success)
        {
            var times = int.Parse(match.Groups["times"].Value, CultureInfo.InvariantCulture);
            bytes = [.. Enumerable.Repeat(bytes, times).SelectMany(one => one)];
        }

        return new GoldenField(match.Groups["name"].Value, match.Groups["meaning"].Value, bytes);
    }

    [GeneratedRegex(@"^(?<hex>([0-9A-F]{2})+)(x(?<times>\d+))? {2,}(?<name>\S+)( {2,}(?<meaning>.+))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
