using System.Runtime.InteropServices;

namespace UsbIp.Host.Interop;

/// <summary>Who this process is, and what it may touch: the calls of the C library that .NET does not offer.</summary>
internal static partial class UserAccess
{
    private const int ReadAndWriteAccess = 4 | 2; // R_OK | W_OK

    /// <summary>The user that this process acts as.</summary>
    public static uint EffectiveUserId => GetEffectiveUserId();

    /// <summary>Whether this process may read the file and write to it, as access(2) sees it: nothing is opened.</summary>
    public static bool MayReadAndWrite(string path) => Access(path, ReadAndWriteAccess) == 0;

    /// <summary>The number of a group by its name, or null. Not thread-safe (getgrnam): called once, at start.</summary>
    public static uint? FindGroup(string name)
    {
        var entry = GetGroupByName(name);
        return entry == 0 ? null : (uint)Marshal.ReadInt32(entry, 2 * nint.Size); // struct group: gr_name, gr_passwd, gr_gid
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "getgrnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetGroupByName(string name);
}
