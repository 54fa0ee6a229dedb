using System.Globalization;
using Spectre.Console;
using UsbIp.Host.Control;
using UsbIp.Protocol;

namespace UsbIp.Host.Commands;

/// <summary>
/// Devices as a table: fitted to the window on a terminal; aligned columns, as wide as they need, in a pipe. What is exported in vain is remarked.
/// </summary>
internal static class DeviceTable
{
    private static readonly string[] Headings = ["BUSID", "VID:PID", "DEVICE", "SERIAL", "SPEED", "CLASS", "DRIVER", "ALIAS", "STATE"];

    public static void Write(CommandContext context, IReadOnlyList<DeviceStatus> devices)
    {
        var rows = devices.Select(Row).ToArray();
        if (context.IsTerminal)
        {
            WriteTerminal(context.Output, rows);
        }
        else
        {
            WritePlain(context.Output, rows);
        }

        foreach (var device in devices)
        {
            if (DeviceText.Denial(device) is (var clause, var remedy))
            {
                context.Remark($"clients are refused {DeviceText.Phrase(device)}, for {clause}. Try: {remedy}");
            }
        }
    }

    private static string[] Row(DeviceStatus device) =>
    [
        device.BusId,
        $"{device.VendorId}:{device.ProductId}",
        DeviceText.Name(device),
        PrintableText.Of(device.Serial ?? ""),
        DeviceText.Speed(device),
        string.Join(", ", device.Classes),
        PrintableText.Of(string.Join(", ", device.Drivers)),
        PrintableText.Of(string.Join(", ", device.Aliases)),
        DeviceText.State(device),
    ];

    private static void WriteTerminal(TextWriter output, string[][] rows)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) }); // heeds NO_COLOR and the width
        var table = new Table { Border = TableBorder.None };
        int[] filled = [.. Enumerable.Range(0, Headings.Length).Where(column => rows.Any(row => row[column].Length > 0))]; // windows are narrow
        foreach (var heading in filled.Select(column => Headings[column]))
        {
            table.AddColumn(new TableColumn(new Text(heading, new Style(decoration: Decoration.Bold))) { NoWrap = heading is "BUSID" or "VID:PID" });
        }

        foreach (var row in rows)
        {
            var state = row[^1] switch
            {
                "" => Style.Plain,
                "exported" => new Style(Color.Green),
                _ => new Style(Color.Yellow),
            };
            table.AddRow(filled.Select(column => new Text(row[column], column == row.Length - 1 ? state : Style.Plain)));
        }

        console.Write(table);
    }

    private static void WritePlain(TextWriter output, string[][] rows)
    {
        var shown = Enumerable.Range(0, Headings.Length).Where(column => Headings[column] != "ALIAS" || rows.Any(row => row[column].Length > 0)).ToArray();
        string[][] lines = [Headings, .. rows];
        lines = [.. lines.Select(line => shown.Select(column => line[column]).ToArray())];
        var widths = shown.Select((_, column) => lines.Max(line => Width(line[column]))).ToArray();
        foreach (var line in lines)
        {
            output.WriteLine(string.Join("  ", line.Select((text, column) => text + new string(' ', widths[column] - Width(text)))).TrimEnd());
        }
    }

    private static int Width(string text) => new StringInfo(text).LengthInTextElements;
}
