using System.Globalization;
using UsbIp.Benchmarks.Load;
using UsbIp.Benchmarks.Report;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Scenarios;

/// <summary>
/// A few workloads, and limits that only a bad regression breaks: the processor time of a URB, against that of a pump which does the
/// least that can be done, in the same run, since what else a machine does hardly changes it; and the rate, against which a wait costs that
/// no processor time shows (a reply that is kept for a timer, a sleep). Wide limits, since this is a test and must never fail for nothing.
/// </summary>
internal static class RegressionGuard
{
    /// <summary>Of the copying bridge's time, as geometric mean; about 1.0 as it stands.</summary>
    private const double MostBridge = 2;

    /// <summary>Of the answering pump's time, as geometric mean; 1.4 to 2 as it stands.</summary>
    private const double MostHost = 10;

    /// <summary>
    /// Of the pump's rate, in the slowest workload; about 0.7 of the copying bridge's and 0.6 of the answering pump's as it stands. One at a time, 40 ms of
    /// waiting make 0.001 of it.
    /// </summary>
    private const double LeastRate = 0.04;

    private static readonly IReadOnlyList<Workload> Few =
    [
        new(UrbDirection.Out, 0, 1),
        new(UrbDirection.In, 512, 32),
        new(UrbDirection.Out, 512, 32),
        new(UrbDirection.In, 128 * 1024, 4),
        new(UrbDirection.Out, 128 * 1024, 4),
    ];

    /// <summary>Measures, and says of each limit whether it holds. True if all do.</summary>
    public static bool Run(string programs)
    {
        var settings = new RunSettings { Programs = programs, Results = "", IsQuick = true, Workloads = Few };
        var bridge = new Measured("the bridge", "a copying bridge", new BridgeScenario(settings).Run(), BridgeScenario.Shield, BridgeScenario.Copy);
        var host = new Measured("the host", "an answering pump", new HostScenario(settings).Run(), HostScenario.Host, HostScenario.Limit);
        return TellTime(bridge, MostBridge) & TellTime(host, MostHost) & TellRate(bridge) & TellRate(host);
    }

    private static bool TellTime(Measured measured, double most)
    {
        var ratio = Figures.GeometricMean(measured.Over(sample => sample.CpuPerUrb));
        return Tell(ratio <= most, $"a URB costs {measured.What} {ratio:0.00} times the processor time of {measured.Least}; at most {most:0.#}");
    }

    private static bool TellRate(Measured measured)
    {
        var ratio = measured.Over(sample => sample.UrbsPerSecond).Min();
        return Tell(ratio >= LeastRate, $"{measured.What} reaches {ratio:0.00} of the rate of {measured.Least} in the slowest workload; at least {LeastRate:0.##}");
    }

    private static bool Tell(bool isMet, FormattableString what)
    {
        Console.WriteLine($"{(isMet ? "ok  " : "FAIL")} {what.ToString(CultureInfo.InvariantCulture)}");
        return isMet;
    }

    /// <summary>What one side did, and a pump in its place.</summary>
    private sealed record Measured(string What, string Least, LoadResults Results, string Side, string Pump)
    {
        public IEnumerable<double> Over(Func<Sample, double> figure) =>
            Results.Cells.Select(cell => Spread.OfRatios(cell.Contenders[Side], cell.Contenders[Pump], figure).Median);
    }
}
