using System.Runtime.InteropServices;

namespace UsbIp.Client.Interop;

/// <summary>The processors of this machine, all of them.</summary>
internal static class Processors
{
    private const nint CommandGlobal = 1; // MEMBARRIER_CMD_GLOBAL

    /// <summary>
    /// Returns when every processor has left what kernel code it was in (membarrier(2), which is the kernel's synchronize_rcu): also one whose virtual
    /// machine did not get its turn for a while. Takes some milliseconds, and no processor time. Returns at once where the kernel or a sandbox has no such call.
    /// </summary>
    public static void LeaveKernelCode()
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
