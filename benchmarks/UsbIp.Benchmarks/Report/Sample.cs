namespace UsbIp.Benchmarks.Report;

/// <summary>One window of one contender.</summary>
/// <param name="UrbsPerSecond">Its rate.</param>
/// <param name="P50">The median round trip in µs; 0 where several URBs were in flight.</param>
/// <param name="P99">The 99th percentile in µs; 0 where several URBs were in flight.</param>
/// <param name="CpuPerUrb">CPU time of the contender's own process per URB, in µs; 0 if it has none.</param>
internal sealed record Sample(double UrbsPerSecond, double P50, double P99, double CpuPerUrb);
