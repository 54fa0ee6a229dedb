using System.Globalization;
using UsbIp.Benchmarks.Load;
using UsbIp.Benchmarks.Report;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Scenarios;

/// <summary>
/// A few workloads, and limits that only a bad regression breaks: the processor time of a URB, against that of a pump which does the
/// least that can be done, in the same run. Processor time, since what else a machine does hardly changes it; wide limits, since this is a
/// test and must never fail for nothing.
/// </summary>
internal static class RegressionGuard
{
    /// <summary>Of the copying bridge's time, as geometric mean; about 1.0 as it stands.</summary>
    private const double MostBridge = 2;

    /// <summary>Of the answering pump's time, as geometric mean; about 3 as it stands.</summary>
    private const double MostHost = 10;

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
        var bridge = Over(new BridgeScenario(settings).Run(), BridgeScenario.Shield, BridgeScenario.Copy);
        var host = Over(new HostScenario(settings).Run(), HostScenario.Host, HostScenario.Limit);
        return Tell("the bridge", "a copying bridge", bridge, MostBridge) & Tell("the host", "an answering pump", host, MostHost);
    }

    private static double Over(LoadResults results, string measured, string least) => Figures.GeometricMean(
        results.Cells.Select(cell => Spread.OfRatios(cell.Contenders[measured], cell.Contenders[least], sample => sample.CpuPerUrb).Median));

    private static bool Tell(string what, string least, double ratio, double most)
    {
        var isMet = ratio <= most;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{(isMet ? "ok  " : "FAIL")} a URB costs {what} {ratio:0.00} times the processor time of {least}; at most {most:0.#}"));
        return isMet;
    }
}
