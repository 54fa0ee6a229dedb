using System.Globalization;

namespace UsbIp.Benchmarks.Report;

/// <summary>What is to be reached in the virtual machine, against the kernel's own usbip in the same run.</summary>
internal static class VmBars
{
    private static readonly string[] Commands = ["attach", "detach"];

    /// <summary>All of them, also those of which nothing was measured.</summary>
    public static IReadOnlyList<Bar> Of(IReadOnlyCollection<VmCell> cells)
    {
        var pair = cells.Where(cell => cell.Path == "pair").ToList();
        var near = pair.Where(cell => cell is { RoundTrip: 0, RateLimit: null }).ToList();
        return
        [
            AtLeast(1, "every workload but disks, RTT 0, our pair", near.Where(cell => !cell.IsDisk && !Commands.Contains(cell.Workload))),
            AtLeast(1.5, "disk workloads, RTT 0, our pair", near.Where(cell => cell.IsDisk)),
            AtLeast(1, "our host, stock client", Halves(cells, "our-host")),
            AtLeast(1, "stock host, our client", Halves(cells, "our-client")),
            AtLeast(2.5, "disk, sequential, RTT 5 ms and more, our pair", Far(pair).Where(cell => cell.Workload is "disk-read" or "disk-read-whole" or "disk-write")),
            AtLeast(2.5, "disk, random 4 KiB, RTT 5 ms and more, our pair", Far(pair).Where(cell => cell.Workload is "disk-random-read" or "disk-random-write")),
            AtLeast(8, "HID reports, RTT 25 ms, none lost, our pair", pair.Where(cell => cell is { Workload: "hid-rate", RoundTrip: 25 })),
            AtLeast(2, "serial, 1 MiB from the device, RTT 25 ms, our pair", pair.Where(cell => cell is { Workload: "serial-read", RoundTrip: 25 })),
            AtLeast(1, "serial, echoes, any RTT, our pair", pair.Where(cell => cell.Workload == "serial-echo")),
            AtLeast(1, "attach, RTT 0, our pair", near.Where(cell => cell.Workload == "attach")),
            AtLeast(1, "detach, RTT 0, our pair", near.Where(cell => cell.Workload == "detach")),
            BridgeMemory([.. pair.Where(cell => cell.Workload == "client-memory")]),
        ];
    }

    private static IEnumerable<VmCell> Halves(IEnumerable<VmCell> cells, string path) =>
        cells.Where(cell => cell.Path == path && !Commands.Contains(cell.Workload));

    private static IEnumerable<VmCell> Far(IEnumerable<VmCell> cells) => cells.Where(cell => cell.RoundTrip >= 5);

    private static Bar BridgeMemory(IReadOnlyCollection<VmCell> cells)
    {
        var most = cells.Count == 0 ? 0 : cells.Max(cell => cell.High);
        return new Bar(
            "VM: memory of usbip-client's bridge",
            "under 40 MiB resident",
            cells.Count == 0 ? "" : $"{Figures.Short(most)} MiB at most, after all workloads of a device",
            cells.Count == 0 ? null : most < 40);
    }

    private static Bar AtLeast(double times, string what, IEnumerable<VmCell> cells)
    {
        var measured = cells.Where(cell => cell.Ratio is not null).OrderBy(cell => cell.Ratio).ToList();
        var required = string.Create(CultureInfo.InvariantCulture, $"at least {times:0.#} of the kernel's usbip");
        if (measured.Count == 0)
        {
            return new Bar($"VM: {what}", required, "", null);
        }

        var (worst, middle) = (measured[0], measured[measured.Count / 2]);
        var lost = measured.Sum(cell => cell.Lost);
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{worst.Ratio:0.00} in the slowest of {measured.Count} cells ({worst.Workload}, {worst.Device}, {worst.Network}), {middle.Ratio:0.00} in the middle one");
        return new Bar(
            $"VM: {what}",
            required,
            lost > 0 ? $"{text}; {lost} lost or out of order" : text,
            worst.Ratio >= times && lost == 0);
    }
}
