using System.ComponentModel;
using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace UsbIp.Benchmarks.Processes;

/// <summary>The CPU time that another process has used on all its threads, those that have ended included, to the nanosecond.</summary>
internal static partial class ProcessClock
{
    /// <summary>CPUCLOCK_SCHED of the kernel (include/linux/posix-timers_types.h): what the scheduler has counted.</summary>
    private const int SchedulerClock = 2;

    public static TimeSpan Read(int processId)
    {
        var clock = (~processId << 3) | SchedulerClock; // as clock_getcpuclockid(3) makes it
        if (GetTime(clock, out var time) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError(), $"The CPU clock of process {processId} cannot be read.");
        }

        return TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick);
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetTime(int clock, out TimeSpec time);

    /// <summary>struct timespec of &lt;time.h&gt; on 64-bit machines.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
