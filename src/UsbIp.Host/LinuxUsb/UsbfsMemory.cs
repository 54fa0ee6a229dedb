using System.Globalization;

namespace UsbIp.Host.LinuxUsb;

/// <summary>The memory that the kernel lends to transfers of user space: one budget for the whole system (usbcore.usbfs_memory_mb).</summary>
public static class UsbfsMemory
{
    /// <summary>The parameter's file; root can write it at run time.</summary>
    public const string ParameterPath = "/sys/module/usbcore/parameters/usbfs_memory_mb";

    /// <summary>The kernel's default, of which a few fast devices have their transfers wait for memory.</summary>
    public const int DefaultMegabytes = 16;

    /// <summary>The budget in MiB; 0 means none is set; null if it cannot be read.</summary>
    public static int? ReadMegabytes(string path = ParameterPath)
    {
        try
        {
            return int.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var megabytes) ? megabytes : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What the operator can do about a budget that is no larger than the default; null if it is larger, or not known.</summary>
    public static string? Advice(int? megabytes) => megabytes is > 0 and <= DefaultMegabytes
        ? $"The kernel lends {megabytes} MiB to all transfers of real devices together. If fast devices stall each other, raise it: "
          + $"echo 64 > {ParameterPath}, or for good usbcore.usbfs_memory_mb=64 on the kernel's command line."
        : null;

    /// <summary>The budget in bytes; 0 if there is none or it is not known.</summary>
    internal static long ReadLimit() => (ReadMegabytes() ?? 0) * 1024L * 1024L;
}
