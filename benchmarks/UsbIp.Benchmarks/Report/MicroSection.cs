using System.Globalization;

namespace UsbIp.Benchmarks.Report;

/// <summary>BenchmarkDotNet's figures.</summary>
internal sealed class MicroSection(MicroResults results)
{
    public Section Write()
    {
        var table = new MarkdownTable(texts: 1, "Operation", "mean ns", "± ns", "bytes allocated");
        foreach (var result in results.Benchmarks)
        {
            table.Row(
                result.Operation,
                Figures.Short(result.MeanNanoseconds),
                Figures.Short(result.ErrorNanoseconds),
                result.AllocatedBytes.ToString("0", CultureInfo.InvariantCulture));
        }

        var text = $"""
            ## Per URB, in nanoseconds

            BenchmarkDotNet. Whole sessions are asserted to allocate nothing per URB by the tests `SteadyStateTests` (bridge) and `AllocationTests` (host).

            {table}
            """;
        var perUrb = results.Benchmarks.Where(result => result.Subject.EndsWith("TableBenchmarks", StringComparison.Ordinal)).ToList();
        var most = perUrb.Max(result => result.AllocatedBytes);
        return Section.Of(
            text,
            [new Bar("allocation per URB in the tables, steady state", "0 bytes", string.Create(CultureInfo.InvariantCulture, $"{most:0} bytes"), most < 1)]);
    }
}
