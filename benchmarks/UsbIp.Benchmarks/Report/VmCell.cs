using System.Globalization;
using System.Text.Json.Nodes;

namespace UsbIp.Benchmarks.Report;

/// <summary>One line of what <c>tests/vm/bench</c> writes: a workload on one path in one network.</summary>
/// <param name="Device">Which device.</param>
/// <param name="Workload">What was done with it.</param>
/// <param name="Path">direct, kernel, our-host, our-client, pair, or one that was asked for.</param>
/// <param name="Unit">Of the figures.</param>
/// <param name="RoundTrip">Of the network, in ms; null where there was none.</param>
/// <param name="RateLimit">Of the network, in Mbit/s; null for none.</param>
/// <param name="Cpus">Emulated processors.</param>
/// <param name="Ratio">How many times as fast as the kernel's own usbip in the same turn, the median; null if that was not measured.</param>
/// <param name="RatioSpread">Its least and most, as text; empty where there was one turn.</param>
/// <param name="High">The most of the repeats.</param>
/// <param name="Figure">Median (least..most), as text.</param>
/// <param name="Latency">Of one operation, median and 99th percentile, as text; empty where nobody waits for a single one.</param>
/// <param name="Spent">Processor time and wake-ups of each process, and what the emulator forgot, as text; empty for the device itself.</param>
/// <param name="Lost">Reports that never came, or came out of order.</param>
internal sealed record VmCell(
    string Device, string Workload, string Path, string Unit, double? RoundTrip, double? RateLimit, int Cpus, double? Ratio, string RatioSpread, double High, string Figure, string Latency, string Spent, int Lost)
{
    /// <summary>Of the emulated machine, unless it is said.</summary>
    public const int UsualCpus = 2;

    public string Network =>
        string.Create(CultureInfo.InvariantCulture, $"RTT {RoundTrip ?? 0:0.#} ms")
        + (RateLimit is > 0 ? string.Create(CultureInfo.InvariantCulture, $", {RateLimit:0} Mbit/s") : "")
        + (Cpus == UsualCpus ? "" : string.Create(CultureInfo.InvariantCulture, $", {Cpus} processor{(Cpus == 1 ? "" : "s")}"));

    public bool IsDisk => Workload.StartsWith("disk-", StringComparison.Ordinal);

    public string Text =>
        Figure
        + (Ratio is null || Path == "kernel" ? "" : string.Create(CultureInfo.InvariantCulture, $", x {Ratio:0.00}{RatioSpread}"))
        + (Lost > 0 ? string.Create(CultureInfo.InvariantCulture, $", {Lost} lost or out of order") : "")
        + Latency
        + Spent;

    public static VmCell Of(JsonObject line) => new(
        (string)line["device"]!,
        (string)line["workload"]!,
        (string)line["path"]!,
        (string)line["unit"]!,
        (double?)line["rtt_ms"],
        (double?)line["rate_limit"],
        (int)line["cpus"]!,
        (double?)line["ratio_to_kernel"],
        SpreadOf((double?)line["ratio_low"], (double?)line["ratio_high"]),
        (double)line["high"]!,
        $"{Short(line, "median")} ({Short(line, "low")}..{Short(line, "high")})",
        line["p50_ms"] is null ? "" : $"<br>p50 {Short(line, "p50_ms")}{(line["p99_ms"] is null ? "" : $", p99 {Short(line, "p99_ms")}")} ms",
        ByProcess(line, "cpu_ms_per_urb", "", "ms/URB") + ByProcess(line, "cpu_ms_per_mb", "", "ms/MB") + ByProcess(line, "wakes_per_urb", "woken: ", "/URB") + Flushes(line),
        ((int?)line["lost"] ?? 0) + ((int?)line["out_of_order"] ?? 0));

    private static string SpreadOf(double? low, double? high) =>
        low is null || low == high ? "" : string.Create(CultureInfo.InvariantCulture, $" ({low:0.00}..{high:0.00})");

    private static string ByProcess(JsonObject line, string field, string before, string unit)
    {
        // What was measured before wake-ups were counted has none.
        var processes = line[field]?.AsObject() ?? [];
        var names = processes.Select(process => $"{process.Key} {Figures.Short((double)process.Value!)}");
        return processes.Count == 0 ? "" : $"<br>{before}{string.Join(", ", names)} {unit}";
    }

    private static string Flushes(JsonObject line) =>
        line["tlb_flushes_per_urb"] is null ? "" : $"<br>{Short(line, "tlb_flushes_per_urb")} TLBs emptied/URB";

    private static string Short(JsonObject line, string name) => Figures.Short((double?)line[name] ?? 0);
}
