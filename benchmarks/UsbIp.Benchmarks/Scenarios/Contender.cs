using UsbIp.Benchmarks.Load;
using UsbIp.Benchmarks.Processes;
using UsbIp.Benchmarks.Report;

namespace UsbIp.Benchmarks.Scenarios;

/// <summary>One of those that are measured in turn: one session under load, or many, and the process whose CPU counts.</summary>
/// <param name="Name">What results call it.</param>
/// <param name="Load">Its session, or sessions.</param>
/// <param name="Subject">The process under test; null if only the rate matters.</param>
internal sealed record Contender(string Name, ILoad Load, MeasuredProcess? Subject)
{
    public Sample Measure(Workload workload, TimeSpan window)
    {
        var before = Subject?.CpuTime ?? TimeSpan.Zero;
        var result = Load.Run(workload, window);
        var used = (Subject?.CpuTime ?? TimeSpan.Zero) - before;
        return new Sample(result.UrbsPerSecond, result.P50Microseconds, result.P99Microseconds, used.TotalMicroseconds / result.Urbs);
    }
}
