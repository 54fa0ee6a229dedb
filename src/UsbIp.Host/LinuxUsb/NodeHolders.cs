using System.Globalization;

namespace UsbIp.Host.LinuxUsb;

/// <summary>Which programs have a device node open, as far as this user may see (/proc/PID/fd): for error texts.</summary>
internal static class NodeHolders
{
    private const int MaxNames = 4;

    /// <summary>Such as "adb (1234), usbmuxd (77)"; empty if none is seen.</summary>
    public static string Describe(string nodePath)
    {
        var names = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (names.Count < MaxNames
                && int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && id != Environment.ProcessId
                && HasOpen(process, nodePath))
            {
                names.Add($"{NameOf(process)} ({id})");
            }
        }

        return string.Join(", ", names);
    }

    private static bool HasOpen(string process, string nodePath)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(entry => new FileInfo(entry).LinkTarget == nodePath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false; // another user's process, or one that ended meanwhile
        }
    }

    private static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "a program";
        }
    }
}
