using System.Globalization;
using UsbIp.Benchmarks.Scenarios;

namespace UsbIp.Benchmarks.Report;

/// <summary>The bridge against no bridge, and against one that only copies.</summary>
internal sealed class BridgeSection(LoadResults results)
{
    private const double MostOverCopy = 1.15;

    public Section Write()
    {
        var text = $"""
            ## The bridge

            The client's `UrbBridge` in a process of its own, between a load generator that writes and reads as `vhci_hcd` does (one send for each request,
            header and data read apart) and a host that answers at once. *Direct* is the same two with nothing between them, over TCP. *Copy* is the
            building block: two threads, each a blocking `recv` and `send` through 128 KiB of native memory, which looks at nothing. The bridge
            checks every reply against what was asked. Ratios are bridge over copy within a repeat, as median (least..most): below 1
            is better for CPU and latency, above 1 for rates.

            ![The bridge's CPU time per URB over the copying one's](benchmarks/bridge-cpu.svg)

            {Table()}
            Resident memory of the bridge's process, which is the benchmark's own program, with a compiler in it (`usbip-client` itself is measured in the virtual machine):
            {Figures.Mebibytes(results.Memory.IdleKib)} before the first URB, {Figures.Mebibytes(results.Memory.LoadedKib)} after all of the above,
            {Figures.Mebibytes(results.Memory.PeakKib)} at most.

            """;
        return Section.Of(text, Bars(), ("bridge-cpu.svg", Chart()));
    }

    private static Spread Over(Cell cell, Func<Sample, double> value) =>
        Spread.OfRatios(cell.Contenders[BridgeScenario.Shield], cell.Contenders[BridgeScenario.Copy], value);

    private List<Bar> Bars()
    {
        var cpu = Figures.GeometricMean(results.Cells.Select(cell => Over(cell, sample => sample.CpuPerUrb).Median));
        var single = results.Cells.Where(cell => cell.Depth == 1).ToList();
        var latency = Figures.GeometricMean(single.Select(cell => Over(cell, sample => sample.P50).Median));
        return
        [
            new Bar("bridge, CPU per URB", "at most 1.15 of the copying bridge, over all cells", Worst("geometric mean", cpu, results.Cells, sample => sample.CpuPerUrb), cpu <= MostOverCopy),
            new Bar("bridge, median latency", "at most 1.15 of the copying bridge, over all cells", Worst("geometric mean", latency, single, sample => sample.P50), latency <= MostOverCopy),
        ];
    }

    private static string Worst(string what, double value, IEnumerable<Cell> cells, Func<Sample, double> measure)
    {
        var worst = cells.MaxBy(cell => Over(cell, measure).Median)!;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{value:0.00} as {what}; {Over(worst, measure).Median:0.00} in the worst cell, {worst.Direction} {worst.SizeText} at depth {worst.Depth}");
    }

    private string Table()
    {
        var table = new MarkdownTable(
            texts: 1, "Load", "depth", "direct, copy, bridge k URB/s", "rate / copy", "p50 direct, copy, bridge µs", "p50 / copy", "CPU µs/URB copy, bridge", "CPU / copy");
        foreach (var cell in results.Cells)
        {
            table.Row(
                cell.Size == 0 ? "0 B" : $"{cell.Direction} {cell.SizeText}",
                cell.Depth.ToString(CultureInfo.InvariantCulture),
                Medians(cell, sample => sample.UrbsPerSecond / 1000, BridgeScenario.Direct, BridgeScenario.Copy, BridgeScenario.Shield),
                Figures.Ratio(Over(cell, sample => sample.UrbsPerSecond)),
                cell.Depth > 1 ? "" : Medians(cell, sample => sample.P50, BridgeScenario.Direct, BridgeScenario.Copy, BridgeScenario.Shield),
                cell.Depth > 1 ? "" : Figures.Ratio(Over(cell, sample => sample.P50)),
                Medians(cell, sample => sample.CpuPerUrb, BridgeScenario.Copy, BridgeScenario.Shield),
                Figures.Ratio(Over(cell, sample => sample.CpuPerUrb)));
        }

        return table.ToString();
    }

    private static string Medians(Cell cell, Func<Sample, double> value, params IEnumerable<string> contenders) =>
        string.Join(", ", contenders.Select(name => Figures.Short(Spread.Of(cell.Contenders[name].Select(value)).Median)));

    private string Chart()
    {
        var places = results.Cells.Where(cell => cell.Depth == 1).Select(cell => cell.Size == 0 ? "0" : $"{cell.Direction} {cell.SizeText}").ToList();
        var lines = results.Cells
            .GroupBy(cell => (cell.Direction, cell.Size))
            .Select(group => group.OrderBy(cell => cell.Depth).ToList())
            .ToList();
        string[] names = ["depth 1", "depth 4", "depth 32"];
        return new LineChart(
            "CPU time per URB, bridge over copying bridge",
            [.. places.Select(place => place.Replace(" KiB", "K", StringComparison.Ordinal).Replace(" MiB", "M", StringComparison.Ordinal).Replace(" B", "", StringComparison.Ordinal))],
            [.. names.Select((name, index) => new Series(name, [.. lines.Select(group => Over(group[index], sample => sample.CpuPerUrb))]))],
            MostOverCopy).ToSvg();
    }
}
