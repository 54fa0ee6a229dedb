using System.Runtime.InteropServices;

namespace UsbIp.Client.Interop;

/// <summary>Makes this process one of its own in the background: no terminal, no working directory, no streams of whoever started it.</summary>
internal static partial class Daemon
{
    private const string NullDevice = "/dev/null";
    private const int StandardStreams = 3;

    /// <summary>
    /// Leaves the terminal's session, so that its signals (Ctrl+C, hang-up) end only the command that started this process, and the
    /// working directory, so that its file system can be unmounted.
    /// </summary>
    public static void LeaveSession()
    {
        _ = SetSessionId(); // refused only to the leader of a process group, which nobody's child is at its start
        Environment.CurrentDirectory = "/";
    }

    /// <summary>Lets go of the standard streams: whoever waits for the end of a pipe need not wait for this process.</summary>
    public static void LeaveStreams()
    {
        using var none = File.OpenHandle(NullDevice, FileMode.Open, FileAccess.ReadWrite);
        for (var stream = 0; stream < StandardStreams; stream++)
        {
            _ = Duplicate(none, stream);
        }
    }

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSessionId();

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(SafeHandle from, int to);
}
