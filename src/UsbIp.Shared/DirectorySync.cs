using System.Runtime.InteropServices;

namespace UsbIp.Shared;

/// <summary>fsync(2) of a directory, which .NET does not open: a rename is durable only then.</summary>
internal static partial class DirectorySync
{
    private const int ReadOnly = 0x80000; // O_RDONLY | O_CLOEXEC

    /// <summary>Syncs. A file system that cannot (some network ones) has done what it can.</summary>
    public static void Run(string directory)
    {
        var descriptor = Open(directory, ReadOnly);
        if (descriptor >= 0)
        {
            _ = Sync(descriptor);
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
