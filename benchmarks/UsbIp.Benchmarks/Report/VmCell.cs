using System.Globalization;
using System.Text.Json.Nodes;

namespace UsbIp.Benchmarks.Report;

/// <summary>One line of what <c>tests/vm/bench</c> writes: a workload on one path in one network.</summary>
/// <param name="Device">Which device.</param>
/// <param name="Workload">What was done with it.</param>
/// <param name="Path">direct, kernel, our-host, our-client or pair.</param>
/// <param name="Unit">Of the figures.</param>
/// <param name="RoundTrip">Of the network, in ms; null where there was none.</param>
/// <param name="RateLimit">Of the network, in Mbit/s; null for none.</param>
/// <param name="Ratio">How many times as fast as the kernel's own usbip; null if that was not measured.</param>
/// <param name="Figure">Median (least..most), as text.</param>
/// <param name="Lost">Reports that never came, or came out of order.</param>
internal sealed record VmCell(
    string Device, string Workload, string Path, string Unit, double? RoundTrip, double? RateLimit, double? Ratio, string Figure, int Lost)
{
    public string Network =>
        string.Create(CultureInfo.InvariantCulture, $"RTT {RoundTrip ?? 0:0.#} ms")
        + (RateLimit is > 0 ? string.Create(CultureInfo.InvariantCulture, $", {RateLimit:0} Mbit/s") : "");

    public bool IsDisk => Workload.StartsWith("disk-", StringComparison.Ordinal);

    public string Text =>
        Figure
        + (Ratio is null || Path == "kernel" ? "" : string.Create(CultureInfo.InvariantCulture, $", x {Ratio:0.00}"))
        + (Lost > 0 ? string.Create(CultureInfo.InvariantCulture, $", {Lost} lost or out of order") : "");

    public static VmCell Of(JsonObject line) => new(
        (string)line["device"]!,
        (string)line["workload"]!,
        (string)line["path"]!,
        (string)line["unit"]!,
        (double?)line["rtt_ms"],
        (double?)line["rate_limit"],
        (double?)line["ratio_to_kernel"],
        $"{Short(line, "median")} ({Short(line, "low")}..{Short(line, "high")})",
        ((int?)line["lost"] ?? 0) + ((int?)line["out_of_order"] ?? 0));

    private static string Short(JsonObject line, string name) => Figures.Short((double?)line[name] ?? 0);
}
