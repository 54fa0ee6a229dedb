using UsbIp.Benchmarks.Load;
using UsbIp.Benchmarks.Report;

namespace UsbIp.Benchmarks.Scenarios;

/// <summary>
/// Measures contenders against each other: in each repeat every workload in turn, and for each workload every contender directly after the
/// other, each repeat beginning with another one. So what the machine does meanwhile meets all alike, and ratios within a repeat hold.
/// </summary>
internal sealed class Tournament(RunSettings settings, IReadOnlyList<Contender> contenders)
{
    public IReadOnlyList<Cell> Run(IReadOnlyList<Workload> workloads)
    {
        var samples = workloads.ToDictionary(workload => workload, _ => contenders.ToDictionary(contender => contender.Name, _ => new List<Sample>()));
        WarmUp(workloads);
        for (var repeat = 0; repeat < settings.Repeats; repeat++)
        {
            foreach (var workload in workloads)
            {
                for (var turn = 0; turn < contenders.Count; turn++)
                {
                    var contender = contenders[(turn + repeat) % contenders.Count];
                    samples[workload][contender.Name].Add(contender.Measure(workload, settings.Window));
                }
            }

            Console.Error.Write('.');
        }

        Console.Error.WriteLine();
        return [.. workloads.Select(workload => ToCell(workload, samples[workload]))];
    }

    private void WarmUp(IReadOnlyList<Workload> workloads)
    {
        foreach (var workload in workloads)
        {
            foreach (var contender in contenders)
            {
                contender.Load.Run(workload, settings.WarmUp);
            }
        }
    }

    private static Cell ToCell(Workload workload, Dictionary<string, List<Sample>> samples) => new(
        workload.Direction == UsbIp.Protocol.UrbDirection.In ? "IN" : "OUT",
        workload.Size,
        workload.Depth,
        workload.SizeText,
        samples.ToDictionary(entry => entry.Key, entry => (IReadOnlyList<Sample>)entry.Value));
}
