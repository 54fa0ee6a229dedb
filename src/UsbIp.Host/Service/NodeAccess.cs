using System.Text;
using UsbIp.Host.Interop;
using UsbIp.Protocol.Selection;
using UsbIp.Shared;

namespace UsbIp.Host.Service;

/// <summary>
/// Which devices udev gives to the group that the service runs as: a file of udev rules with one line for each selector. The rule of the package
/// does the rest.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="apply">Has udev read its rules, and apply them to what is plugged in.</param>
/// <param name="heading">The first line of a new file.</param>
public sealed class NodeAccess(string path, Action apply, string heading = NodeAccess.Heading)
{
    /// <summary>Between the rules of the system, which say what devices are, and the one of the package.</summary>
    public const string SystemPath = "/etc/udev/rules.d/71-usbip-host-access.rules";

    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const string Heading = "# Devices that usbip-host may serve. Written by 'usbip-host access', which leaves other lines alone.";
    private const string Mark = ", ENV{USBIP_HOST_GRANT}=\""; // the selector behind it, for udev has no remarks at the end of a line

    /// <summary>The selectors that are granted.</summary>
    public IReadOnlyList<string> List() => [.. Lines().Select(SelectorOf).OfType<string>()];

    /// <summary>Whether the file grants what these words select.</summary>
    public bool Has(string selector) => List().Contains(Unquoted(selector));

    /// <summary>Grants them; those that were granted already change nothing.</summary>
    /// <exception cref="CommandException">One cannot be granted, or this user may not write the file.</exception>
    public void Grant(IReadOnlyList<DeviceSelector> selectors)
    {
        var lines = selectors.Select(selector => (Name: Unquoted(selector.Text), Line: Line(UdevMatch.Of(selector), selector.Text))).ToArray();
        Change(before => [.. before, .. lines.Where(line => !before.Any(other => SelectorOf(other) == line.Name)).Select(line => line.Line)]);
    }

    /// <summary>Grants what udev's own words match, in place of what was granted by that name before. False if that is granted already.</summary>
    /// <param name="name">By which it can be taken back.</param>
    /// <param name="match">Match keys of udev(7).</param>
    /// <exception cref="CommandException">This user may not write the file.</exception>
    public bool Grant(string name, string match)
    {
        var line = Line(match, name);
        if (Lines().Contains(line))
        {
            return false;
        }

        Change(before => [.. before.Where(other => SelectorOf(other) != name), line]);
        return true;
    }

    /// <summary>Takes them back.</summary>
    /// <exception cref="CommandException">One is not granted, or this user may not write the file.</exception>
    public void Revoke(IReadOnlyList<string> selectors)
    {
        var names = selectors.Select(Unquoted).ToArray();
        Change(before => names.Except(before.Select(SelectorOf)).FirstOrDefault() is { } missing
            ? throw new CommandException(ExitCode.NotFound, $"'{missing}' is not granted.", "usbip-host access list, which shows what is")
            : [.. before.Where(line => SelectorOf(line) is not { } one || !names.Contains(one))]);
    }

    private static string Line(string match, string name) =>
        $"{match}, SUBSYSTEM==\"usb\", ENV{{DEVTYPE}}==\"usb_device\", ENV{{USBIP_HOST}}=\"1\"{Mark}{Unquoted(name)}\"";

    private static string? SelectorOf(string line)
    {
        var mark = line.IndexOf(Mark, StringComparison.Ordinal);
        return mark < 0 || line.StartsWith('#') ? null : line[(mark + Mark.Length)..].TrimEnd('"');
    }

    /// <summary>A rule has quotes of its own.</summary>
    private static string Unquoted(string selector) => selector.Replace("\"", "", StringComparison.Ordinal);

    private string[] Lines()
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
    }

    private void Change(Func<string[], IEnumerable<string>> edit)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var turn = FileLock.Take(path);
            var before = Lines();
            var lines = edit(before.Length == 0 ? [heading] : before);
            DurableFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))), ReadableByAll); // aside as *.new~: udev reads *.rules alone
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new CommandException(
                exception is UnauthorizedAccessException ? ExitCode.Permission : ExitCode.Failure,
                $"{path} cannot be written: {exception.Message}",
                "sudo: only root says which devices the service may have",
                exception);
        }

        apply();
    }
}
