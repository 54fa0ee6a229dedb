using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace UsbIp.Client.Interop;

/// <summary>
/// One process that runs, held by a descriptor (pidfd_open(2), Linux 5.3): a number could be another's by the time that it is used.
/// </summary>
internal sealed partial class RunningProcess : IDisposable
{
    private const nint PidfdSendSignal = 424; // the same on every kind of machine
    private const nint PidfdOpen = 434;
    private const int NoSuchProcess = 3; // ESRCH
    private const int NoNumber = 22; // EINVAL
    private const int Terminate = 15; // SIGTERM

    private readonly int _number;
    private readonly SafeFileHandle? _handle; // null where the kernel or a sandbox has no pidfd_open

    private RunningProcess(int number, SafeFileHandle? handle) => (_number, _handle) = (number, handle);

    /// <summary>Null if there is no such process.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The process owns its descriptor.")]
    public static RunningProcess? Open(int number)
    {
        var descriptor = LibC.SystemCall(PidfdOpen, number);
        return descriptor >= 0 ? new RunningProcess(number, new SafeFileHandle(descriptor, ownsHandle: true))
            : Marshal.GetLastPInvokeError() is NoSuchProcess or NoNumber ? null
            : Kill(number, 0) == 0 || Marshal.GetLastPInvokeError() != NoSuchProcess ? new RunningProcess(number, null)
            : null;
    }

    /// <summary>Whether it runs as that user. Of one that has ended, or is not held, nobody can say so.</summary>
    public bool IsOf(uint user) => _handle is not null && ProcessOwner.Find(_number) == user && !HasEnded(TimeSpan.Zero); // had it ended before, the answer could be another's

    /// <summary>Sends SIGTERM.</summary>
    /// <returns>False if this user may not do that; true also if it has ended by itself.</returns>
    public bool AskToEnd() =>
        (_handle is null ? Kill(_number, Terminate) : LibC.SystemCall(PidfdSendSignal, _handle.DangerousGetHandle(), Terminate)) == 0
        || Marshal.GetLastPInvokeError() == NoSuchProcess;

    /// <summary>Waits for its end.</summary>
    public bool HasEnded(TimeSpan timeout)
    {
        if (_handle is null)
        {
            return HasEndedByNumber(timeout);
        }

        var due = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        var state = new LibC.PollDescriptor { Descriptor = (int)_handle.DangerousGetHandle(), Events = LibC.PollIn };
        int ready;
        do
        {
            ready = LibC.Poll(ref state, 1, (int)Math.Max(0, due - Environment.TickCount64));
        }
        while (ready < 0 && Marshal.GetLastPInvokeError() == LibC.Eintr);

        return ready > 0;
    }

    public void Dispose() => _handle?.Dispose();

    private bool HasEndedByNumber(TimeSpan timeout)
    {
        try
        {
            using var process = Process.GetProcessById(_number);
            return process.WaitForExit(timeout);
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int number, int signal);
}
