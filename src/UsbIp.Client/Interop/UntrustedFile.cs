using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace UsbIp.Client.Interop;

/// <summary>
/// Files of a directory in which another user may write, opened so that nothing which lies there can hold its reader up or lead it elsewhere: no link is
/// followed, a FIFO is not waited for, and what is no regular file counts as none.
/// </summary>
internal static partial class UntrustedFile
{
    private const int LockShared = 1 | 4; // LOCK_SH, LOCK_NB
    private const int AtEmptyPath = 0x1000;
    private const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8; // STATX_TYPE, STATX_MODE, STATX_UID
    private const int OwnerOffset = 20; // of struct statx, which is the same on every machine
    private const int ModeOffset = 28;
    private const int TypeMask = 0xF000;
    private const int RegularFile = 0x8000;

    /// <summary>O_NOFOLLOW is one of the few flags whose value is the machine's.</summary>
    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <param name="path">The file.</param>
    /// <param name="owner">Whose it has to be; null for anybody's.</param>
    /// <returns>Null if it is not there, not this process's to read, no regular file, or somebody else's.</returns>
    public static SafeFileHandle? Open(string path, uint? owner)
    {
        var file = OpenFile(path, LibC.OCloexec | LibC.ONonBlock | NoFollow);
        if (!file.IsInvalid && IsRegular(file, owner))
        {
            return file;
        }

        file.Dispose();
        return null;
    }

    /// <summary>Whether another process holds it alone (flock(2)), as .NET's FileShare.None does.</summary>
    public static bool IsLocked(SafeFileHandle file) => Lock(file, LockShared) != 0 && Marshal.GetLastPInvokeError() == LibC.Eagain;

    /// <summary>The whole of it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="most">How many bytes it may have.</param>
    /// <returns>Null if it has more.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static byte[]? Read(SafeFileHandle file, int most)
    {
        var bytes = new byte[most + 1];
        var length = 0;
        while (length < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(length), length) is var read and > 0)
        {
            length += read;
        }

        return length <= most ? bytes[..length] : null;
    }

    private static bool IsRegular(SafeFileHandle file, uint? owner)
    {
        Span<byte> status = stackalloc byte[256];
        return GetStatus(file, "", AtEmptyPath, TypeModeAndOwner, status) == 0
            && (BinaryPrimitives.ReadUInt16LittleEndian(status[ModeOffset..]) & TypeMask) == RegularFile
            && (owner is null || BinaryPrimitives.ReadUInt32LittleEndian(status[OwnerOffset..]) == owner);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int GetStatus(SafeFileHandle file, string path, int flags, uint mask, Span<byte> status);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Lock(SafeFileHandle file, int operation);
}
