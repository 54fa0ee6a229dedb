using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace UsbIp.Shared;

/// <summary>Whose a file is, which .NET neither tells nor changes.</summary>
internal static partial class FileOwner
{
    private const int CurrentDirectory = -100; // AT_FDCWD
    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const uint UserAndGroup = 0x18; // STATX_UID | STATX_GID

    /// <summary>The user and group of a file, or of a link itself; null if there is none.</summary>
    public static (uint User, uint Group)? Of(string path) =>
        Stat(CurrentDirectory, path, NoFollow, UserAndGroup, out var status) == 0 ? (status.User, status.Group) : null;

    /// <summary>Gives an open file to a user and a group.</summary>
    /// <exception cref="IOException">The system refuses.</exception>
    public static void Give(SafeFileHandle file, (uint User, uint Group) owner)
    {
        if (Change(file, owner.User, owner.Group) != 0)
        {
            throw new IOException($"The file cannot be given to the user {owner.User}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int directory, string path, int flags, uint mask, out Status status);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int Change(SafeFileHandle file, uint user, uint group);

    /// <summary>struct statx of &lt;linux/stat.h&gt;, the same on every kind of machine: stx_uid and stx_gid of its 256 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Status
    {
        [FieldOffset(20)]
        public uint User;

        [FieldOffset(24)]
        public uint Group;
    }
}
