using System.Diagnostics;

namespace UsbIp.TestKit;

/// <summary>What the whole process allocates while something is done again and again. Nothing else may run meanwhile.</summary>
public static class Allocations
{
    private const int Windows = 5;

    /// <summary>What the test host allocates by itself, at most; 1.7 KB was seen. On a busy machine a window may take many seconds.</summary>
    private const double OthersPerSecond = 3_000;

    /// <summary>
    /// Bytes in the best of some windows, without those of the test host: a URB that allocates does so in every one; the runtime's own doings and
    /// somebody who was slow for once show in some.
    /// </summary>
    /// <param name="window">Is told how many were before it.</param>
    public static long Least(Action<uint> window)
    {
        var least = long.MaxValue;
        for (var index = 0u; index < Windows; index++)
        {
            var began = Stopwatch.GetTimestamp();
            var before = GC.GetTotalAllocatedBytes(precise: true);
            window(index);
            var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
            least = Math.Min(least, allocated - (long)(Stopwatch.GetElapsedTime(began).TotalSeconds * OthersPerSecond));
        }

        return least;
    }
}
