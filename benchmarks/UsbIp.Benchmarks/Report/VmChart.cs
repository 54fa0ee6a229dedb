using System.Globalization;

namespace UsbIp.Benchmarks.Report;

/// <summary>Our pair against the kernel's usbip, as the round trip grows.</summary>
internal static class VmChart
{
    public const string File = "vm-pair.svg";

    private static readonly string[] Workloads = ["disk-read", "disk-write", "disk-random-read", "control", "serial-read"];

    /// <summary>Null unless one of them was measured over two round trips at least.</summary>
    /// <param name="cells">All that was measured; each workload is drawn for the first device that has it.</param>
    public static string? Draw(IReadOnlyCollection<VmCell> cells)
    {
        var pair = cells.Where(cell => cell is { Path: "pair", RateLimit: null, Ratio: not null, RoundTrip: not null, Cpus: VmCell.UsualCpus }).ToList();
        var places = pair.Select(cell => cell.RoundTrip!.Value).Distinct().Order().ToList();
        var lines = Workloads.Select(name => Line(name, pair, places)).OfType<Series>().ToList();
        return places.Count < 2 || lines.Count == 0
            ? null
            : new LineChart(
                "Our pair, times as fast as the kernel's usbip, by round trip",
                [.. places.Select(place => string.Create(CultureInfo.InvariantCulture, $"{place:0.#} ms"))],
                lines,
                Mark: 1).ToSvg();
    }

    private static Series? Line(string workload, IEnumerable<VmCell> pair, List<double> places)
    {
        var device = pair.Where(cell => cell.Workload == workload).GroupBy(cell => cell.Device).FirstOrDefault();
        var ratios = places.Select(place => device?.FirstOrDefault(cell => cell.RoundTrip == place)?.Ratio).ToList();
        return ratios.OfType<double>().Count() < 2 ? null : new Series(workload, [.. ratios.Select(ratio => ratio is { } at ? new Spread(at, at, at) : (Spread?)null)]);
    }
}
