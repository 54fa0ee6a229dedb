using System.Text;

namespace UsbIp.Benchmarks.Report;

/// <summary>A table of a Markdown page: rows as they are added, figures to the right.</summary>
internal sealed class MarkdownTable
{
    private readonly StringBuilder _text = new();
    private readonly int _columns;

    /// <param name="texts">How many columns, from the left, hold words rather than figures.</param>
    /// <param name="columns">The head.</param>
    public MarkdownTable(int texts, params IReadOnlyList<string> columns)
    {
        _columns = columns.Count;
        Row(columns);
        Row([.. columns.Select((_, index) => index < texts ? "---" : "---:")]);
    }

    public MarkdownTable Row(params IReadOnlyList<string> cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Count, _columns);
        _text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        return this;
    }

    public override string ToString() => _text.ToString();
}
