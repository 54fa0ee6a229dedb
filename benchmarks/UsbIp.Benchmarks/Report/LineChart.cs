using System.Globalization;
using System.Text;

namespace UsbIp.Benchmarks.Report;

/// <summary>One line of a chart: a value, with the range it was seen in, for each place on the horizontal axis; null where there is none.</summary>
internal sealed record Series(string Name, IReadOnlyList<Spread?> Points);

/// <summary>
/// A line chart as SVG, with nothing but shapes and text: values from 0 up, places side by side, ranges as thin bars. Readable on light and on dark
/// pages: the lines are of middle tones, and text follows the reader's preference.
/// </summary>
/// <param name="Title">What is shown, and its unit.</param>
/// <param name="Places">The horizontal axis.</param>
/// <param name="Lines">What is drawn.</param>
/// <param name="Mark">A value to draw a dashed line at, such as a bar to reach; 0 for none.</param>
internal sealed record LineChart(string Title, IReadOnlyList<string> Places, IReadOnlyList<Series> Lines, double Mark = 0)
{
    private const int Width = 640;
    private const int Height = 300;
    private const int Left = 56;
    private const int Right = 120;
    private const int Top = 36;
    private const int Bottom = 34;

    private static readonly string[] Colours = ["#3b82c4", "#d9822b", "#3a9a5f", "#b5508f", "#8a7a2c"];

    private double Highest { get; } = Ceiling(Math.Max(Mark, Lines.SelectMany(line => line.Points).OfType<Spread>().Max(point => point.Max)));

    public string ToSvg()
    {
        var svg = new StringBuilder();
        svg.Append(Invariant($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" width=\"{Width}\" height=\"{Height}\" role=\"img\">\n"));
        svg.Append("<style>text{font:12px sans-serif;fill:#444}.t{font-weight:bold}.g{stroke:#888;stroke-opacity:.3}")
            .Append("@media(prefers-color-scheme:dark){text{fill:#bbb}}</style>\n");
        svg.Append(Invariant($"<title>{Escape(Title)}</title>\n<text class=\"t\" x=\"{Left}\" y=\"18\">{Escape(Title)}</text>\n"));
        DrawAxes(svg);
        for (var index = 0; index < Lines.Count; index++)
        {
            DrawLine(svg, Lines[index], Colours[index % Colours.Length], index);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private void DrawAxes(StringBuilder svg)
    {
        const int steps = 4;
        for (var step = 0; step <= steps; step++)
        {
            var value = Highest * step / steps;
            svg.Append(Invariant($"<line class=\"g\" x1=\"{Left}\" y1=\"{Y(value):0.#}\" x2=\"{Width - Right}\" y2=\"{Y(value):0.#}\"/>"));
            svg.Append(Invariant($"<text x=\"{Left - 6}\" y=\"{Y(value) + 4:0.#}\" text-anchor=\"end\">{value:0.##}</text>\n"));
        }

        for (var place = 0; place < Places.Count; place++)
        {
            svg.Append(Invariant($"<text x=\"{X(place):0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{Escape(Places[place])}</text>\n"));
        }

        if (Mark > 0)
        {
            svg.Append(Invariant(
                $"<line x1=\"{Left}\" y1=\"{Y(Mark):0.#}\" x2=\"{Width - Right}\" y2=\"{Y(Mark):0.#}\" stroke=\"#c0392b\" stroke-dasharray=\"5 4\"/>\n"));
        }
    }

    private void DrawLine(StringBuilder svg, Series line, string colour, int index)
    {
        var drawn = line.Points.Index().Where(point => point.Item is not null).Select(point => (Place: point.Index, Value: point.Item!.Value)).ToList();
        var points = string.Join(' ', drawn.Select(point => Invariant($"{X(point.Place):0.#},{Y(point.Value.Median):0.#}")));
        svg.Append(Invariant($"<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\n"));
        foreach (var (place, point) in drawn)
        {
            svg.Append(Invariant($"<line x1=\"{X(place):0.#}\" y1=\"{Y(point.Min):0.#}\" x2=\"{X(place):0.#}\" y2=\"{Y(point.Max):0.#}\" stroke=\"{colour}\" stroke-opacity=\".5\"/>"));
            svg.Append(Invariant($"<circle cx=\"{X(place):0.#}\" cy=\"{Y(point.Median):0.#}\" r=\"3\" fill=\"{colour}\"/>\n"));
        }

        var y = Top + 8 + (index * 20);
        svg.Append(Invariant($"<circle cx=\"{Width - Right + 16}\" cy=\"{y}\" r=\"4\" fill=\"{colour}\"/>"));
        svg.Append(Invariant($"<text x=\"{Width - Right + 26}\" y=\"{y + 4}\">{Escape(line.Name)}</text>\n"));
    }

    private double X(int place) => Left + ((Width - Left - Right) * (place + 0.5) / Places.Count);

    private double Y(double value) => Height - Bottom - ((Height - Top - Bottom) * value / Highest);

    /// <summary>The next round number: 1, 2, 4, 5 or 8 and zeros.</summary>
    private static double Ceiling(double value)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(value, 1e-9))));
        return new[] { 1, 1.2, 1.6, 2, 4, 5, 8, 10 }.First(step => value <= step * power * 1.0001) * power;
    }

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
