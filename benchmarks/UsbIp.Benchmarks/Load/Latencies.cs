using System.Diagnostics;

namespace UsbIp.Benchmarks.Load;

/// <summary>Round trips of one window, kept until there is no room for more; memory is taken once, before the first.</summary>
internal sealed class Latencies
{
    private const int Room = 1 << 18;

    private long[] _ticks = [];
    private int _count;

    public void Clear()
    {
        if (_ticks.Length == 0)
        {
            _ticks = new long[Room];
        }

        _count = 0;
    }

    public void Add(long ticks)
    {
        if (_count < _ticks.Length)
        {
            _ticks[_count++] = ticks;
        }
    }

    /// <summary>The time within which this share of the round trips was over; 0 without any.</summary>
    public double Microseconds(double share)
    {
        if (_count == 0)
        {
            return 0;
        }

        var sorted = _ticks.AsSpan(0, _count);
        sorted.Sort();
        return sorted[(int)(share * (_count - 1))] * 1e6 / Stopwatch.Frequency;
    }
}
