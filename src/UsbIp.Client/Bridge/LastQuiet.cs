using System.Diagnostics;
using UsbIp.Client.Interop;

namespace UsbIp.Client.Bridge;

/// <summary>
/// The wait between <see cref="LastReplies"/> and the kernel's end of stream, in which its drivers see that the device is gone. What they submit
/// in it is given back as well; what they submit after the end of stream vhci_hcd keeps, and a task that waits for it with the device's lock held
/// would never end. Call <see cref="Await"/> once.
/// </summary>
/// <remarks>
/// Time counts by the turns that this machine had in it: while it stood still, or was so busy that nothing else got a processor, its drivers have
/// seen and done nothing.
/// </remarks>
/// <param name="kernel">Tells what is still asked.</param>
/// <param name="kernelEnded">Set when the kernel has closed its end: then there is nothing to wait for.</param>
/// <param name="awaitUnlocked">Returns when no task holds the device's lock; null where nobody can tell.</param>
internal sealed class LastQuiet(KernelReader kernel, ManualResetEventSlim kernelEnded, Action? awaitUnlocked)
{
    private TimeSpan _waited;
    private TimeSpan _waitedForLock;

    /// <summary>Returns when the plug may be pulled, or when <see cref="BridgeLimits.UnplugPatience"/> is over.</summary>
    public void Await()
    {
        while (!kernelEnded.IsSet && _waited < BridgeLimits.UnplugPatience)
        {
            Processors.AwaitTurns(); // a driver may be submitting on one whose virtual machine stands still
            var seen = kernel.GivenBack;
            if (IsQuiet(seen) && IsUnlocked() && IsNothingAskedSince(seen))
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
            var elapsed = Step(() => kernelEnded.Wait(BridgeLimits.UnplugStep));
            if (elapsed > BridgeLimits.UnplugStepLimit)
            {
                return false;
            }
        }

        return IsNothingAskedSince(seen);
    }

    /// <summary>
    /// Whether no task works with the device under its lock, such as one in a driver's ioctl through usbfs: what it waits for has been given back, so it
    /// ends as soon as it has a processor. One that resets the device keeps the lock for seconds and waits for nothing that would not end by itself; so
    /// after a while the lock counts no more.
    /// </summary>
    private bool IsUnlocked()
    {
        if (awaitUnlocked is null || kernelEnded.IsSet || _waitedForLock >= BridgeLimits.UnlockPatience)
        {
            return true;
        }

        var asking = Task.Factory.StartNew(awaitUnlocked, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (!asking.IsCompleted && !kernelEnded.IsSet && _waitedForLock < BridgeLimits.UnlockPatience)
        {
            var before = _waited;
            Step(() => asking.Wait(BridgeLimits.UnplugStep));
            _waitedForLock += _waited - before;
        }

        return asking.IsCompleted;
    }

    private bool IsNothingAskedSince(int seen) => kernel.GivenBack == seen && !kernel.IsMoreToRead;

    /// <summary>A short sleep; returns how long it was.</summary>
    private TimeSpan Step(Func<bool> sleep)
    {
        var began = Stopwatch.GetTimestamp();
        sleep();
        var elapsed = Stopwatch.GetElapsedTime(began);
        _waited += TimeSpan.FromTicks(Math.Min(elapsed.Ticks, BridgeLimits.UnplugStepLimit.Ticks));
        return elapsed;
    }
}
