using System.Runtime.InteropServices;

namespace UsbIp.Client.Interop;

/// <summary>Asks another process to end.</summary>
internal static partial class Signals
{
    private const int Terminate = 15; // SIGTERM

    /// <returns>0, or an errno.</returns>
    public static int AskToEnd(int processId) => Kill(processId, Terminate) == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
