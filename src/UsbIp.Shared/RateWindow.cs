namespace UsbIp.Shared;

/// <summary>Counts what a peer may do only so often. A window ends when its time is up, and the next count begins another. Used under its owner's lock.</summary>
/// <param name="length">How long a window is.</param>
/// <param name="time">The clock.</param>
internal sealed class RateWindow(TimeSpan length, TimeProvider time)
{
    private long _start;
    private int _count;

    /// <summary>One more.</summary>
    /// <returns>Which one it is within its window, from 1.</returns>
    public int Count()
    {
        if (_count == 0 || time.GetElapsedTime(_start) >= length)
        {
            (_start, _count) = (time.GetTimestamp(), 0);
        }

        return ++_count;
    }
}
