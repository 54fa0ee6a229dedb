using System.Runtime.InteropServices;

namespace UsbIp.Client.Interop;

/// <summary>The processors of this machine, all of them.</summary>
internal static class Processors
{
    private const nint CommandGlobal = 1; // MEMBARRIER_CMD_GLOBAL

    /// <summary>
    /// Returns when every processor that was not idle has run since (membarrier(2), which is the kernel's synchronize_rcu: each has at least been
    /// interrupted where that was allowed): also one whose virtual machine did not get its turn for a while. What it was doing need not be done. Takes
    /// some milliseconds, and no processor time. Returns at once where the kernel or a sandbox has no such call.
    /// </summary>
    public static void AwaitTurns()
    {
        nint number = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 324,
            Architecture.Arm64 => 283,
            _ => -1, // which no kernel has
        };
        _ = LibC.SystemCall(number, CommandGlobal);
    }
}
