namespace UsbIp.Benchmarks.Report;

/// <summary>One thing that is to be reached, and what was measured.</summary>
/// <param name="What">What is measured.</param>
/// <param name="Required">The bar.</param>
/// <param name="Measured">What came out.</param>
/// <param name="IsMet">Whether that is enough; null where nothing was measured.</param>
internal sealed record Bar(string What, string Required, string Measured, bool? IsMet)
{
    public static string Table(IEnumerable<Bar> bars)
    {
        var table = new MarkdownTable(texts: 4, "What", "Bar", "Measured", "");
        foreach (var bar in bars)
        {
            table.Row(bar.What, bar.Required, bar.Measured, bar.IsMet switch { true => "met", false => "**not met**", null => "**not measured**" });
        }

        return table.ToString();
    }
}
