using System.Diagnostics;
using UsbIp.Client.Interop;

namespace UsbIp.Client.Bridge;

/// <summary>
/// The wait between <see cref="LastReplies"/> and the kernel's end of stream, in which its drivers see that the device is gone. What they submit
/// in it is given back as well; what they submit after the end of stream vhci_hcd keeps, and a task that waits for it with the device's lock held
/// would never end. Call <see cref="Await"/> once.
/// </summary>
/// <remarks>
/// A step that lasted far longer than it should counts for little: the thread did not run, and nor did the drivers, perhaps, since the machine stood
/// still or others kept its processors busy.
/// </remarks>
/// <param name="kernel">Tells what is still asked.</param>
/// <param name="kernelEnded">Set when the kernel has closed its end: then there is nothing to wait for.</param>
/// <param name="awaitUnlocked">Returns when no task holds the device's lock; null where nobody can tell.</param>
internal sealed class LastQuiet(KernelReader kernel, ManualResetEventSlim kernelEnded, Action? awaitUnlocked)
{
    private TimeSpan _waited;
    private Task _unlocked = Task.CompletedTask;

    /// <summary>Returns when the plug may be pulled, or when <see cref="BridgeLimits.UnplugPatience"/> is over.</summary>
    public void Await()
    {
        while (!kernelEnded.IsSet && _waited < BridgeLimits.UnplugPatience)
        {
            Step(Processors.AwaitTurns); // a driver may be submitting on one whose virtual machine stands still
            var seen = kernel.LastRequests.Count;
            if (IsQuiet(seen) && WasUnlocked(seen) && IsNothingAskedSince(seen))
            {
                return;
            }
        }
    }

    /// <summary>
    /// Whether the kernel asks nothing for a moment. It consists of short sleeps, in each of which the drivers and vhci_tx get a processor; one that
    /// lasts far longer tells nothing.
    /// </summary>
    private bool IsQuiet(int seen)
    {
        for (var slept = TimeSpan.Zero; slept < BridgeLimits.UnplugDelay && !kernelEnded.IsSet; slept += BridgeLimits.UnplugStep)
        {
            if (Sleep(kernelEnded.WaitHandle) > BridgeLimits.UnplugStepLimit)
            {
                return false;
            }
        }

        return IsNothingAskedSince(seen);
    }

    /// <summary>
    /// Whether no task worked with the device under its lock in that moment, such as one in a driver's ioctl through usbfs. What it waits for has been
    /// given back, so it ends as soon as it has a processor; but its program may begin another at once, so that the moment has to come again. A driver
    /// that resets the device keeps the lock for seconds, until it sees the port unplugged, and waits for nothing without end.
    /// </summary>
    private bool WasUnlocked(int seen)
    {
        if (kernelEnded.IsSet || awaitUnlocked is null || kernel.LastRequests.HasReset)
        {
            return true;
        }

        var isAskedAnew = _unlocked.IsCompleted;
        if (isAskedAnew)
        {
            _unlocked = AskAsync(awaitUnlocked);
        }

        var before = _waited;
        while (!_unlocked.IsCompleted && !kernelEnded.IsSet && IsNothingAskedSince(seen) && _waited < BridgeLimits.UnplugPatience)
        {
            Sleep(((IAsyncResult)_unlocked).AsyncWaitHandle);
        }

        return isAskedAnew && _unlocked.IsCompleted && _waited - before <= BridgeLimits.UnplugStepLimit;
    }

    private bool IsNothingAskedSince(int seen) => kernel.LastRequests.Count == seen && !kernel.IsMoreToRead;

    /// <summary>
    /// Sleeps for a step, or until that is set. By its handle: ManualResetEventSlim and Task spin before they wait, and where others keep the
    /// processors busy each turn that spinning gives away takes as long as theirs, so that no step would be a short one.
    /// </summary>
    private TimeSpan Sleep(WaitHandle handle) => Step(() => handle.WaitOne(BridgeLimits.UnplugStep));

    /// <summary>Sleeps for a step, or does what takes about as long; returns how long it took.</summary>
    private TimeSpan Step(Action sleep)
    {
        var began = Stopwatch.GetTimestamp();
        sleep();
        var elapsed = Stopwatch.GetElapsedTime(began);
        _waited += TimeSpan.FromTicks(Math.Min(elapsed.Ticks, BridgeLimits.UnplugStepLimit.Ticks));
        return elapsed;
    }

    /// <summary>On a thread of its own, which stays behind if nobody waits any more: a read of sysfs cannot be given up.</summary>
    private static Task AskAsync(Action awaitUnlocked) => Task.Factory.StartNew(awaitUnlocked, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
