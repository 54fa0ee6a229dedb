namespace UsbIp.Client.Vhci;

/// <summary>How to wait for what the kernel changes in sysfs without telling anybody.</summary>
internal static class SysfsPolling
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(20);

    /// <summary>How long to pause until the next look: a quarter of what was waited so far, so that no look comes later than that; from 1 to 20 ms.</summary>
    /// <param name="waited">Since the wait began.</param>
    public static TimeSpan PauseAfter(TimeSpan waited) => TimeSpan.FromTicks(Math.Clamp(waited.Ticks / 4, Shortest.Ticks, Longest.Ticks));
}
