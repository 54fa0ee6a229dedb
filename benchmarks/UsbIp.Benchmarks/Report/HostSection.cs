using System.Globalization;
using UsbIp.Benchmarks.Scenarios;

namespace UsbIp.Benchmarks.Report;

/// <summary>The host against the physical limit.</summary>
internal sealed class HostSection(LoadResults results)
{
    private const double LeastOfLimit = 0.5;
    private const int LargeFrom = 16 * 1024;
    private const int DeepFrom = 4;

    public Section Write()
    {
        var text = $"""
            ## The host

            `usbip-host serve --virtual zero` over loopback, a device in memory that answers at once, under a load generator that writes and reads as a
            client in user space does. *Limit* is the same generator against a pump that has every reply ready: what the sockets of this machine give
            to two processes. 1 MiB is asked for 16 at a time at most, since a Linux client's programs can have 16 MiB in flight. The ratio is the host's rate over the limit's within a repeat, as median (least..most). The host's includes making
            the data: the device clears each IN buffer.

            ![The host's rate as a part of the limit, IN](benchmarks/host-in.svg)
            ![The host's rate as a part of the limit, OUT](benchmarks/host-out.svg)

            {Table()}
            Resident memory of `usbip-host`: {Figures.Mebibytes(results.Memory.IdleKib)} before the first session,
            {Figures.Mebibytes(results.Memory.LoadedKib)} after all of the above, {Figures.Mebibytes(results.Memory.PeakKib)} at most.

            """;
        return Section.Of(text, [Bar()], ("host-in.svg", Chart("IN")), ("host-out.svg", Chart("OUT")));
    }

    private static Spread RatioOf(Cell cell) =>
        Spread.OfRatios(cell.Contenders[HostScenario.Host], cell.Contenders[HostScenario.Limit], sample => sample.UrbsPerSecond);

    private Bar Bar()
    {
        var lowest = results.Cells.Where(cell => cell.Size >= LargeFrom && cell.Depth >= DeepFrom).MinBy(cell => RatioOf(cell).Median)!;
        var ratio = RatioOf(lowest);
        return new Bar(
            "host, payloads of 16 KiB and more at depth 4 and more",
            "at least 0.5 of the TCP limit",
            $"{Figures.Ratio(ratio)} in the slowest cell, {lowest.Direction} {lowest.SizeText} at depth {lowest.Depth}",
            ratio.Median >= LeastOfLimit);
    }

    private string Table()
    {
        var table = new MarkdownTable(
            texts: 1, "Load", "depth", "limit k URB/s", "host k URB/s", "host MB/s", "host / limit", "p50 limit, host µs", "p99 limit, host µs", "host's CPU µs/URB");
        foreach (var cell in results.Cells)
        {
            var limit = cell.Contenders[HostScenario.Limit];
            var host = cell.Contenders[HostScenario.Host];
            var rate = Median(host, sample => sample.UrbsPerSecond);
            table.Row(
                cell.Size == 0 ? "0 B" : $"{cell.Direction} {cell.SizeText}",
                cell.Depth.ToString(CultureInfo.InvariantCulture),
                Figures.Short(Median(limit, sample => sample.UrbsPerSecond) / 1000),
                Figures.Short(rate / 1000),
                cell.Size == 0 ? "" : Figures.Short(rate * cell.Size / 1e6),
                Figures.Ratio(RatioOf(cell)),
                cell.Depth > 1 ? "" : $"{Figures.Short(Median(limit, sample => sample.P50))}, {Figures.Short(Median(host, sample => sample.P50))}",
                cell.Depth > 1 ? "" : $"{Figures.Short(Median(limit, sample => sample.P99))}, {Figures.Short(Median(host, sample => sample.P99))}",
                Figures.Short(Median(host, sample => sample.CpuPerUrb)));
        }

        return table.ToString();
    }

    private string Chart(string direction)
    {
        var cells = results.Cells.Where(cell => cell.Direction == direction || cell.Size == 0).OrderBy(cell => cell.Size).ToList();
        var sizes = cells.Select(cell => cell.SizeText).Distinct().ToList();
        string[] names = ["depth 1", "depth 4", "depth 32"];
        var lines = names.Select((name, index) => new Series(name, [.. sizes.Select(size => RatioOf(ByDepth(cells, size)[index]))])).ToList();
        return new LineChart($"usbip-host, rate as a part of the limit, {direction}", sizes, lines, LeastOfLimit).ToSvg();
    }

    private static List<Cell> ByDepth(IEnumerable<Cell> cells, string size) => [.. cells.Where(cell => cell.SizeText == size).OrderBy(cell => cell.Depth)];

    private static double Median(IEnumerable<Sample> samples, Func<Sample, double> value) => Spread.Of(samples.Select(value)).Median;
}
