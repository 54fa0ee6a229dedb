using UsbIp.Benchmarks.Report;

namespace UsbIp.Benchmarks.Scenarios;

/// <summary>All scenarios outside the virtual machine, one after the other; each writes its results when it is done.</summary>
internal sealed class Run(RunSettings settings)
{
    private readonly ResultFiles _files = new(settings.Results);

    /// <param name="parts">Which ones; none means all.</param>
    public void Measure(IReadOnlyCollection<string> parts)
    {
        (string Name, Action Measure)[] scenarios =
        [
            ("programs", () => _files.Write(ResultFiles.Programs, new ProgramScenario(settings).Run(), ResultJson.Default.ProgramResults)),
            ("host", () => _files.Write(ResultFiles.Host, new HostScenario(settings).Run(), ResultJson.Default.LoadResults)),
            ("bridge", () => _files.Write(ResultFiles.Bridge, new BridgeScenario(settings).Run(), ResultJson.Default.LoadResults)),
            ("sessions", () => _files.Write(ResultFiles.Sessions, new SessionScenario(settings).Run(), ResultJson.Default.SessionResults)),
            ("micro", () => _files.Write(ResultFiles.Micro, new MicroScenario(settings).Run(), ResultJson.Default.MicroResults)),
        ];
        foreach (var (name, measure) in scenarios)
        {
            if (parts.Count == 0 || parts.Contains(name))
            {
                Console.Error.Write($"bench: {name} ");
                measure();
            }
        }
    }
}
