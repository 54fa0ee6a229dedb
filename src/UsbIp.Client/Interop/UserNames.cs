using System.Runtime.InteropServices;

namespace UsbIp.Client.Interop;

/// <summary>The numbers behind names of users, which .NET does not offer.</summary>
internal static partial class UserNames
{
    /// <summary>The number of a user, or null. Not thread-safe (getpwnam): for commands that have no other thread which asks.</summary>
    public static uint? Find(string name)
    {
        var entry = GetUserByName(name);
        return entry == 0 ? null : (uint)Marshal.ReadInt32(entry, 2 * nint.Size); // struct passwd: pw_name, pw_passwd, pw_uid
    }

    [LibraryImport("libc", EntryPoint = "getpwnam", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetUserByName(string name);
}
