using System.Globalization;

namespace UsbIp.Host.LinuxUsb;

/// <summary>Which programs have a device node or a socket open, as far as this user may see (/proc/PID/fd): for texts.</summary>
internal static class NodeHolders
{
    private const int MaxNames = 4;

    /// <summary>Such as "adb (1234), usbmuxd (77)"; empty if none is seen.</summary>
    /// <param name="target">What a descriptor's link says: the path of a node, or "socket:[INODE]".</param>
    /// <param name="procRoot">Where the processes are.</param>
    public static string Describe(string target, string procRoot = "/proc")
    {
        var names = new List<string>();
        foreach (var process in Directory.EnumerateDirectories(procRoot))
        {
            if (names.Count < MaxNames
                && int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && id != Environment.ProcessId
                && HasOpen(process, target))
            {
                names.Add($"{NameOf(process)} ({id})");
            }
        }

        return string.Join(", ", names);
    }

    private static bool HasOpen(string process, string target)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(process, "fd")).Any(entry => new FileInfo(entry).LinkTarget == target);
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
