namespace UsbIp.Benchmarks.Report;

/// <summary>A part of the page.</summary>
/// <param name="Text">Markdown, from its heading on.</param>
/// <param name="Bars">What it says about the bars.</param>
/// <param name="Charts">The pictures that the text names, by file name.</param>
internal sealed record Section(string Text, IReadOnlyList<Bar> Bars, IReadOnlyDictionary<string, string> Charts)
{
    public static Section Of(string text, IReadOnlyList<Bar> bars, params IEnumerable<(string File, string Svg)> charts) =>
        new(text, bars, charts.ToDictionary(chart => chart.File, chart => chart.Svg));
}
