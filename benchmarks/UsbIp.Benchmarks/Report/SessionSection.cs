using System.Globalization;
using UsbIp.Benchmarks.Scenarios;

namespace UsbIp.Benchmarks.Report;

/// <summary>Many sessions at one host.</summary>
internal sealed class SessionSection(SessionResults results)
{
    private const double MostKib = 64;
    private const double LeastSpeed = 0.9;

    public Section Write()
    {
        var text = $"""
            ## Many sessions

            One `usbip-host` with 1,000 virtual devices; each session is imported and configured, as a client's kernel does it, and then idle for
            3 s and more. Resident memory beyond that of the host without sessions:

            {MemoryTable()}
            The last of them under load, while the {results.IdleSessions} others are idle, over the only session of another host, in turn:

            {SpeedTable()}
            {Together()}
            """;
        return Section.Of(text, [MemoryBar(), SpeedBar()]);
    }

    private static Spread SpeedOf(Cell cell) =>
        Spread.OfRatios(cell.Contenders[SessionScenario.AmongOthers], cell.Contenders[SessionScenario.Alone], sample => sample.UrbsPerSecond);

    private string MemoryTable()
    {
        var table = new MarkdownTable(texts: 0, "sessions", "resident", "per session", "threads");
        foreach (var row in results.Memory)
        {
            table.Row(
                row.Sessions.ToString("#,0", CultureInfo.InvariantCulture),
                Figures.Mebibytes(row.ResidentKib),
                row.Sessions == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{row.KibPerSession:0.0} KiB"),
                row.Threads.ToString("#,0", CultureInfo.InvariantCulture));
        }

        return table.ToString();
    }

    private string SpeedTable()
    {
        var table = new MarkdownTable(texts: 1, "Load", "depth", "alone k URB/s", "among others k URB/s", "among others / alone");
        foreach (var cell in results.Active)
        {
            table.Row(
                $"{cell.Direction} {cell.SizeText}",
                cell.Depth.ToString(CultureInfo.InvariantCulture),
                Rate(cell, SessionScenario.Alone),
                Rate(cell, SessionScenario.AmongOthers),
                Figures.Ratio(SpeedOf(cell)));
        }

        return table.ToString();
    }

    private string Together()
    {
        if (results.Together is not { } together)
        {
            return "";
        }

        var table = new MarkdownTable(texts: 1, "Load of each", "sessions at work", "limit k URB/s", "host k URB/s", "host / limit", "host's CPU µs/URB");
        foreach (var (sessions, cell) in together.OrderBy(crowd => crowd.Cell.Size))
        {
            var (host, limit) = (cell.Contenders[HostScenario.Host], cell.Contenders[HostScenario.Limit]);
            table.Row(
                $"{cell.Direction} {cell.SizeText}, one at a time",
                sessions.ToString("#,0", CultureInfo.InvariantCulture),
                Rate(cell, HostScenario.Limit),
                Rate(cell, HostScenario.Host),
                Figures.Ratio(Spread.OfRatios(host, limit, sample => sample.UrbsPerSecond)),
                Figures.Short(Spread.Of(host.Select(sample => sample.CpuPerUrb)).Median));
        }

        return $"""
            All of them at work, from one thread that asks each in its turn, over as many connections to a pump that has every reply ready (*limit*, a thread for each
            connection as in the host). That thread, which sends and receives once for each URB, is what limits both; what the sessions cost is the host's CPU per URB:

            {table}
            """;
    }

    private static string Rate(Cell cell, string contender) =>
        Figures.Short(Spread.Of(cell.Contenders[contender].Select(sample => sample.UrbsPerSecond / 1000)).Median);

    private Bar MemoryBar()
    {
        var most = results.Memory[^1];
        return new Bar(
            string.Create(CultureInfo.InvariantCulture, $"{most.Sessions:#,0} idle sessions, memory"),
            "under 64 KiB of resident memory each",
            string.Create(CultureInfo.InvariantCulture, $"{most.KibPerSession:0.0} KiB"),
            most.KibPerSession < MostKib);
    }

    private Bar SpeedBar()
    {
        var mean = Figures.GeometricMean(results.Active.Select(cell => SpeedOf(cell).Median));
        var slowest = results.Active.MinBy(cell => SpeedOf(cell).Median)!;
        return new Bar(
            "an active session beside them",
            "keeps 0.9 of its speed",
            string.Create(CultureInfo.InvariantCulture, $"{mean:0.00} as geometric mean; {SpeedOf(slowest).Median:0.00} at {slowest.Direction} {slowest.SizeText}, depth {slowest.Depth}"),
            mean >= LeastSpeed);
    }
}
