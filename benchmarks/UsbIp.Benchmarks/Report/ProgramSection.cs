using System.Globalization;

namespace UsbIp.Benchmarks.Report;

/// <summary>Start-up time and size of the published programs.</summary>
internal sealed class ProgramSection(ProgramResults results)
{
    private const double MostMilliseconds = 60;
    private const string Judged = "usbip-client --version";

    public Section Write()
    {
        var table = new MarkdownTable(texts: 1, "Command", "median ms", "least..most ms");
        foreach (var command in results.Commands)
        {
            var time = Spread.Of(command.Milliseconds);
            table.Row(
                command.Command.Contains(' ', StringComparison.Ordinal) ? $"`{command.Command}`" : command.Command,
                Figures.Short(time.Median),
                $"{Figures.Short(time.Min)}..{Figures.Short(time.Max)}");
        }

        var sizes = string.Join(", ", results.SizesInBytes.Select(program => $"`{program.Key}` {Figures.Mebibytes(program.Value / 1024.0)}"));
        var text = $"""
            ## The programs

            From the start of the process to its end, standard output read. `true` is what starting any process takes from here.

            {table}
            Sizes: {sizes}. Each is one file that needs no .NET on the machine.

            """;
        return Section.Of(text, [Bar()]);
    }

    private Bar Bar()
    {
        var time = Spread.Of(results.Commands.First(command => command.Command == Judged).Milliseconds);
        return new Bar(
            $"start-up of `{Judged}`",
            "under 60 ms",
            string.Create(CultureInfo.InvariantCulture, $"{time.Median:0.0} ms ({time.Min:0.0}..{time.Max:0.0})"),
            time.Median < MostMilliseconds);
    }
}
