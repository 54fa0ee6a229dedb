namespace UsbIp.Benchmarks.Load;

/// <summary>What one window of load saw.</summary>
/// <param name="Urbs">URBs answered in it.</param>
/// <param name="Elapsed">From the first request to the last reply.</param>
/// <param name="P50Microseconds">The median time from request to reply; 0 where several were in flight.</param>
/// <param name="P99Microseconds">The time within which 99 of 100 were answered; 0 where several were in flight.</param>
internal readonly record struct LoadResult(long Urbs, TimeSpan Elapsed, double P50Microseconds, double P99Microseconds)
{
    public double UrbsPerSecond => Urbs / Elapsed.TotalSeconds;
}
