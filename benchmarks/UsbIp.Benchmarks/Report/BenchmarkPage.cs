using System.Globalization;
using System.Text;

namespace UsbIp.Benchmarks.Report;

/// <summary>Writes docs/benchmarks.md, and the pictures in the folder of that name beside it, from the results that there are.</summary>
internal sealed class BenchmarkPage(ResultFiles files)
{
    private const string VirtualMachine = "vm.json";

    /// <summary>A file beside the folder of results with what was found out about bars that are not met; put into the page as it is.</summary>
    private const string Findings = "../findings.md";

    public void Write(string page)
    {
        var sections = Sections().ToList();
        var text = new StringBuilder()
            .Append(Introduction())
            .Append("\n## The bars\n\n")
            .Append(Bar.Table(sections.SelectMany(section => section.Bars)))
            .Append('\n');
        if (File.Exists(files.PathOf(Findings)))
        {
            text.Append(File.ReadAllText(files.PathOf(Findings)).TrimEnd()).Append("\n\n");
        }

        text.AppendJoin('\n', sections.Select(section => section.Text.TrimEnd() + "\n"));
        var pictures = Path.ChangeExtension(page, null);
        Directory.CreateDirectory(pictures);
        foreach (var (file, svg) in sections.SelectMany(section => section.Charts))
        {
            File.WriteAllText(Path.Combine(pictures, file), svg);
        }

        File.WriteAllText(page, text.ToString());
    }

    private IEnumerable<Section> Sections()
    {
        if (files.Read(ResultFiles.Host, ResultJson.Default.LoadResults) is { } host)
        {
            yield return new HostSection(host).Write();
        }

        if (files.Read(ResultFiles.Bridge, ResultJson.Default.LoadResults) is { } bridge)
        {
            yield return new BridgeSection(bridge).Write();
        }

        if (files.Read(ResultFiles.Sessions, ResultJson.Default.SessionResults) is { } sessions)
        {
            yield return new SessionSection(sessions).Write();
        }

        if (files.Read(ResultFiles.Programs, ResultJson.Default.ProgramResults) is { } programs)
        {
            yield return new ProgramSection(programs).Write();
        }

        if (files.Read(ResultFiles.Micro, ResultJson.Default.MicroResults) is { } micro)
        {
            yield return new MicroSection(micro).Write();
        }

        if (new VmSection(files.PathOf(VirtualMachine)).Write() is { } vm)
        {
            yield return vm;
        }
    }

    private string Introduction() => $"""
        # Benchmarks

        Written by `./bench.sh`, which takes hours, from `benchmarks/results/*.json`: every sample of what runs natively, and the median, the least and the most of each figure of the virtual
        machine. `./bench.sh --quick` writes a page of its own, in `artifacts/bench`, and takes less than five minutes once the programs are compiled.

        What counts here are **ratios within one run**. Contenders are measured directly after each other, window by window, each repeat beginning with another
        one, after a warm-up; a ratio is formed within its repeat, and what is shown is the median of the repeats with its least and most. Absolute
        figures depend on the machine and on what else it does. CPU time is the scheduler's, of the whole process.

        Conditions of what runs natively (those of the virtual machine's runs are with its figures):

        {Conditions()}

        """;

    private string Conditions()
    {
        (string Part, Conditions? Conditions)[] parts =
        [
            ("the host", files.Read(ResultFiles.Host, ResultJson.Default.LoadResults)?.Conditions),
            ("the bridge", files.Read(ResultFiles.Bridge, ResultJson.Default.LoadResults)?.Conditions),
            ("many sessions", files.Read(ResultFiles.Sessions, ResultJson.Default.SessionResults)?.Conditions),
            ("the programs", files.Read(ResultFiles.Programs, ResultJson.Default.ProgramResults)?.Conditions),
            ("the tables", files.Read(ResultFiles.Micro, ResultJson.Default.MicroResults)?.Conditions),
        ];
        return string.Join('\n', parts.Where(part => part.Conditions is not null).Select(part => $"* {part.Part}: {Describe(part.Conditions!)}"));
    }

    private static string Describe(Conditions conditions) => string.Create(
        CultureInfo.InvariantCulture,
        $"{conditions.Cores} cores, {conditions.Processor}, {conditions.MemoryGib:0.0} GiB; {conditions.Kernel}; {conditions.Runtime}; {conditions.Date}; commit {conditions.Commit}; "
        + $"{(conditions.IsQuick ? "quick run, " : "")}{conditions.Repeats} repeats of {conditions.WindowMilliseconds:0} ms for each cell; load average at the start {conditions.LoadBefore:0.0}; "
        + $"TCP with {conditions.CongestionControl}; idle processors {(conditions.AreProcessorsAwake ? "kept awake (`/dev/cpu_dma_latency`)" : "may sleep")}");
}
