using System.Globalization;

namespace UsbIp.Benchmarks.Report;

/// <summary>Numbers as the page writes them.</summary>
internal static class Figures
{
    /// <summary>Three significant digits, thousands apart.</summary>
    public static string Short(double value) => value switch
    {
        >= 99.95 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 9.995 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    /// <summary>A ratio and the range it was seen in: "0.93 (0.88..1.02)".</summary>
    public static string Ratio(Spread spread) =>
        string.Create(CultureInfo.InvariantCulture, $"{spread.Median:0.00} ({spread.Min:0.00}..{spread.Max:0.00})");

    public static string Mebibytes(double kib) => string.Create(CultureInfo.InvariantCulture, $"{kib / 1024:0.0} MiB");

    /// <summary>The mean of ratios: the one whose square is as far from the small as from the large.</summary>
    public static double GeometricMean(IEnumerable<double> ratios) => Math.Exp(ratios.Average(Math.Log));
}
