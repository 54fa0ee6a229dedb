using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace UsbIp.Host.Interop;

/// <summary>
/// Lets one process after the other read a file, change it and write it back: flock(2), which .NET only tries and does not wait for. The lock is a file beside
/// it that stays, and that nobody else may open: whoever could open it could make others wait.
/// </summary>
internal static partial class FileLock
{
    private const int ReadWrite = 0x2 | 0x40 | 0x80000; // O_RDWR | O_CREAT | O_CLOEXEC
    private const uint OwnerOnly = 0x180; // 0600
    private const int Exclusive = 2; // LOCK_EX

    /// <summary>Waits for its turn; disposing ends it. A user who may not write there gets no lock, and is told so by what comes next.</summary>
    public static IDisposable Take(string path)
    {
        var descriptor = Open($"{path}.lock", ReadWrite, OwnerOnly);
        if (descriptor >= 0)
        {
            _ = Lock(descriptor, Exclusive);
        }

        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int Lock(int descriptor, int operation);
}
