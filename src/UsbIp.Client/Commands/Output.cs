using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;
using UsbIp.Protocol;

namespace UsbIp.Client.Commands;

/// <summary>Where a command's result goes: to people on a terminal, to programs in a pipe. Errors and remarks go to the other stream.</summary>
/// <param name="Result">The standard output.</param>
/// <param name="Remarks">The standard error.</param>
/// <param name="IsTerminal">Whether a person looks at the result on a terminal that can draw.</param>
/// <param name="IsQuiet">Whether only errors are worth a line.</param>
public sealed record Output(TextWriter Result, TextWriter Remarks, bool IsTerminal = false, bool IsQuiet = false)
{
    /// <summary>The process's own streams. NO_COLOR and TERM=dumb mean plain text.</summary>
    public static Output OfProcess(bool isQuiet) => new(
        Console.Out,
        Console.Error,
        !Console.IsOutputRedirected
            && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
        isQuiet);

    /// <summary>A line of the result.</summary>
    public void Line(string text) => Result.WriteLine(text);

    /// <summary>A line about what was done; left out when quiet.</summary>
    public void Done(string text)
    {
        if (!IsQuiet)
        {
            Result.WriteLine(text);
        }
    }

    /// <summary>A remark beside the result; left out when quiet.</summary>
    public void Remark(string text)
    {
        if (!IsQuiet)
        {
            Remarks.WriteLine($"usbip-client: {text}");
        }
    }

    public void Json<T>(T value, JsonTypeInfo<T> type) => Result.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>The one line of an error, and what to try.</summary>
    public void Error(CommandException error, bool debug)
    {
        Remarks.WriteLine($"usbip-client: {PrintableText.Of(error.Message)}");
        if (error.Hint is not null)
        {
            Remarks.WriteLine($"Try: {PrintableText.Of(error.Hint)}");
        }

        if (debug)
        {
            Remarks.WriteLine(error);
        }
    }

    /// <summary>Rows under headings: drawn on a terminal, aligned with spaces elsewhere.</summary>
    public void Table(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (IsTerminal)
        {
            DrawTable(headings, rows);
            return;
        }

        var widths = new int[headings.Count];
        foreach (var row in rows.Prepend(headings))
        {
            for (var column = 0; column < widths.Length; column++)
            {
                widths[column] = Math.Max(widths[column], row[column].Length);
            }
        }

        foreach (var row in rows.Prepend(headings))
        {
            Result.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    private void DrawTable(IReadOnlyList<string> headings, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))));
        }

        foreach (var row in rows)
        {
            table.AddRow(row.Select((cell, column) => new Text(cell, new Style(column == 0 ? Color.Aqua : null))));
        }

        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Result) }).Write(table);
    }
}
