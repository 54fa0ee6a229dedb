namespace UsbIp.Benchmarks.Report;

/// <summary>A median with the range that it was seen in.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0)
        {
            return default;
        }

        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    /// <summary>The ratios of what was measured in the same repeat.</summary>
    public static Spread OfRatios(IReadOnlyList<Sample> over, IReadOnlyList<Sample> under, Func<Sample, double> value) =>
        Of(over.Zip(under, (above, below) => value(above) / value(below)).Where(double.IsFinite));
}
