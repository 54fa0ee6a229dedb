namespace UsbIp.Shared;

/// <summary>The kernel's lists of devices in sysfs are links into its one tree of them.</summary>
internal static class SysfsLink
{
    /// <summary>Where in the tree of devices a link leads; the path itself if it is none, null if it has gone.</summary>
    public static string? Resolve(string path)
    {
        try
        {
            return new DirectoryInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
