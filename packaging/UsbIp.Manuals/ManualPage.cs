using System.CommandLine;
using System.Globalization;
using System.Text;

namespace UsbIp.Manuals;

/// <summary>The manual page of one program, in roff's man macros (man(7)), made of its grammar.</summary>
/// <param name="program">Its name.</param>
/// <param name="root">Its grammar.</param>
/// <param name="examples">What its help says behind the grammar.</param>
/// <param name="other">The program at the other end.</param>
internal sealed class ManualPage(string program, Command root, string examples, string other)
{
    public string Program => program;

    public IReadOnlyList<(string Name, string Meaning)> Files { get; init; } = [];

    public IReadOnlyList<(string Name, string Meaning)> Environment { get; init; } = [];

    /// <summary>The whole page.</summary>
    /// <param name="version">The program's.</param>
    public string Render(string version)
    {
        var page = new StringBuilder();
        var summary = Sentences(root.Description)[0].TrimEnd('.');
        Line(page, $".TH {program.ToUpperInvariant()} 1 \"\" \"UsbIp {version}\" \"USB/IP\"");
        Line(page, ".SH NAME");
        Line(page, $"{Escape(program)} \\- {Escape(summary.StartsWith($"{program} ", StringComparison.Ordinal) ? summary[(program.Length + 1)..] : summary)}");
        Line(page, ".SH SYNOPSIS");
        Line(page, $".B {Escape(program)}");
        Line(page, "\\fICOMMAND\\fR [\\fIOPTION\\fR]...");
        Line(page, ".SH DESCRIPTION");
        Line(page, Text(root.Description));
        Line(page, ".SH COMMANDS");
        RenderCommands(page, root, program);
        Line(page, ".SH OPTIONS OF EVERY COMMAND");
        RenderOptions(page, root.Options);
        RenderTable(page, "FILES", Files);
        RenderTable(page, "ENVIRONMENT", Environment);
        Line(page, ".SH EXAMPLES AND EXIT STATUS");
        Line(page, ".nf");
        foreach (var line in examples.Trim('\n').Split('\n'))
        {
            Line(page, Text(line));
        }

        Line(page, ".fi");
        Line(page, ".SH SEE ALSO");
        Line(page, $".BR {Escape(other)} (1),");
        Line(page, ".BR usbip (8)");
        return page.ToString();
    }

    private static void RenderCommands(StringBuilder page, Command parent, string words)
    {
        foreach (var command in parent.Subcommands.Where(command => !command.Hidden))
        {
            var full = $"{words} {command.Name}";
            if (command.Subcommands.All(inner => inner.Hidden) || command.Action is not null)
            {
                RenderCommand(page, command, full);
            }

            RenderCommands(page, command, full);
        }
    }

    private static void RenderCommand(StringBuilder page, Command command, string full)
    {
        var arguments = command.Arguments.Where(argument => !argument.Hidden).ToArray();
        Line(page, $".SS \"{Escape(full)}{string.Concat(arguments.Select(argument => " " + Escape(Synopsis(argument))))}\"");
        Line(page, Text(command.Description));
        foreach (var argument in arguments.Where(argument => !string.IsNullOrEmpty(argument.Description)))
        {
            Entry(page, $"\\fI{Escape(argument.Name)}\\fR", argument.Description);
        }

        RenderOptions(page, command.Options);
    }

    private static void RenderOptions(StringBuilder page, IEnumerable<Option> options)
    {
        foreach (var option in options.Where(option => !option.Hidden))
        {
            var names = string.Join(", ", option.Aliases.Prepend(option.Name).Distinct().Select(name => $"\\fB{Escape(name)}\\fR"));
            var value = option.Arity.MaximumNumberOfValues == 0 || option.HelpName is null ? "" : $" \\fI{Escape(option.HelpName)}\\fR";
            Entry(page, names + value, option.Description);
        }
    }

    private static void RenderTable(StringBuilder page, string title, IReadOnlyList<(string Name, string Meaning)> entries)
    {
        Line(page, $".SH {title}");
        foreach (var (name, meaning) in entries)
        {
            Entry(page, $"\\fI{Escape(name)}\\fR", meaning);
        }
    }

    private static string Synopsis(Argument argument)
    {
        var many = argument.Arity.MaximumNumberOfValues > 1 && !argument.Name.Contains(' ', StringComparison.Ordinal) ? "..." : "";
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]{many}" : argument.Name + many;
    }

    private static void Entry(StringBuilder page, string term, string? meaning)
    {
        Line(page, ".TP");
        Line(page, term);
        Line(page, Text(meaning));
    }

    private static string[] Sentences(string? text) => (text ?? "").Split(". ", 2);

    /// <summary>A line of text: one that began with a dot or an apostrophe would be a request.</summary>
    private static string Text(string? text)
    {
        var escaped = Escape(text ?? "");
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? "\\&" + escaped : escaped;
    }

    private static string Escape(string text) => text
        .Replace("\\", "\\e", StringComparison.Ordinal)
        .Replace("-", "\\-", StringComparison.Ordinal)
        .Replace("\"", "\\(dq", StringComparison.Ordinal);

    private static void Line(StringBuilder page, string line) => page.Append(CultureInfo.InvariantCulture, $"{line}\n");
}
