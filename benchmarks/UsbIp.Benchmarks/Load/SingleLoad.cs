using System.Globalization;
using UsbIp.Client.Remote;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Load;

/// <summary>One load on a host that somebody else has started, for as long as a profiler needs.</summary>
internal static class SingleLoad
{
    private static readonly BusId Device = BusId.Parse("250-1");

    public static void Run(string host, Workload workload, TimeSpan time)
    {
        using var session = ImportedSession.Open(HostAddress.Parse(host), Device);
        var result = session.Load.Run(workload, time);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{workload}: {result.UrbsPerSecond:0} URB/s, {result.UrbsPerSecond * workload.Size / 1e6:0} MB/s, p50 {result.P50Microseconds:0.0} us, p99 {result.P99Microseconds:0.0} us"));
    }
}
