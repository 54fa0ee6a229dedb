using System.Text.Json.Nodes;

namespace UsbIp.Benchmarks.Report;

/// <summary>
/// What <c>tests/vm/bench</c> has measured: JSON lines, the first with the conditions, each further one a cell (its <c>--help</c> names the fields).
/// </summary>
internal sealed class VmSection(string path)
{
    private static readonly string[] Paths = ["direct", "kernel", "our-host", "our-client", "pair", "our-host-usbfs"];

    public Section? Write()
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var lines = File.ReadLines(path).Where(line => line.Length > 0).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        var cells = lines.Where(line => line.ContainsKey("workload")).Select(VmCell.Of).ToList();
        var runs = lines.FirstOrDefault(line => line.ContainsKey("conditions"))?["conditions"]?.AsArray().Select(run => run!.AsObject()) ?? [];
        var chart = VmChart.Draw(cells);
        var text = $"""
            ## In the virtual machine, against the kernel's usbip

            A stock Debian kernel in QEMU, the same devices in the same boot, each path in turn: directly, the kernel's own usbip on both sides, our host with
            the stock client, the stock host with our client, our pair. Median (least..most); the figure behind it is how many times as fast
            as the kernel's usbip that is, within each turn. Below are the time of one operation, where a program waits for each, and the processor time of every
            process that carries URBs (`stub` and `vhci` are the kernel's threads), how often its threads were woken, and how often the emulator emptied one of its tables
            of translated addresses. The emulated machine has {VmCell.UsualCpus} processors where no other number is given; of three, the host's half has one for itself, our bridge
            the second, and the program that uses the device the third.

            {Conditions(runs)}
            {(chart is null ? "" : $"\n![Our pair, times as fast as the kernel's usbip, by round trip](benchmarks/{VmChart.File})\n")}
            {string.Join("\n", cells.GroupBy(cell => (cell.Device, cell.Workload)).Select(group => Table([.. group])))}
            """;
        return Section.Of(text, [.. VmBars.Of(cells)], chart is null ? [] : [(VmChart.File, chart)]);
    }

    /// <summary>A run that was added to another one has conditions of its own.</summary>
    private static string Conditions(IEnumerable<JsonObject> runs) =>
        string.Join("\n", runs.Select(run => $"* {string.Join("; ", run.Select(entry => $"{entry.Key} {entry.Value}"))}"));

    private static string Table(IReadOnlyList<VmCell> cells)
    {
        var paths = Paths.Where(name => cells.Any(cell => cell.Path == name)).ToList();
        var table = new MarkdownTable(texts: 1, ["Network", .. paths]);
        foreach (var network in cells.Where(cell => cell.Path != Paths[0]).GroupBy(cell => cell.Network))
        {
            table.Row([network.Key, .. paths.Select(name => Find(name)?.Text ?? "")]);

            // What has no network stands beside all that was measured with as many processors.
            VmCell? Find(string name) => name == Paths[0]
                ? cells.FirstOrDefault(cell => cell.Path == name && cell.Cpus == network.First().Cpus)
                : network.FirstOrDefault(cell => cell.Path == name);
        }

        return $"**{cells[0].Workload}**, {cells[0].Device}, {cells[0].Unit}\n\n{table}";
    }
}
