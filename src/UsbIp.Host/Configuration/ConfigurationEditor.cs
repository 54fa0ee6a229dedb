using System.Globalization;
using System.Text;
using UsbIp.Host.Rules;

namespace UsbIp.Host.Configuration;

/// <summary>
/// Changes the text of a configuration line by line, so that remarks, empty lines and the order of what is not touched stay. What comes out is
/// read again: a text whose form is beyond this is refused rather than guessed at.
/// </summary>
internal sealed class ConfigurationEditor
{
    private const string Heading = $"""
        {ConfigurationSeal.Opening}
        # 'usbip-host alias' and 'usbip-host rule' change it and keep your remarks; after changing it by hand: usbip-host reload.

        """;

    private readonly string _text;
    private readonly List<string> _lines;
    private readonly YamlMap? _root;
    private readonly HostRules _rules;

    /// <exception cref="CommandException">The text is no configuration; the message names the line.</exception>
    public ConfigurationEditor(string text)
    {
        _text = text.Length > 0 ? text : Heading;
        var document = YamlTree.Read(_text);
        _rules = ConfigurationReader.Read(document);
        _root = document as YamlMap;
        _lines = [.. _text.Split('\n')];
        if (_lines[^1].Length == 0)
        {
            _lines.RemoveAt(_lines.Count - 1);
        }
    }

    /// <summary>What the text says as it is.</summary>
    public HostRules Rules => _rules;

    /// <summary>The text with that alias; one of the same name is replaced.</summary>
    /// <exception cref="CommandException">The text is written in a way that this cannot change.</exception>
    public string SetAlias(DeviceAlias alias)
    {
        var indent = Indent(Aliases?.Entries is [var first, ..] ? first.Key.Line : null);
        List<string> lines = [$"{indent}{alias.Name}:", .. alias.Identities.Select(identity => $"{indent}  - {Quoted(identity.Text)}")];
        if (Aliases?.Find(alias.Name) is { } existing)
        {
            Replace(existing.Key.Line, existing.Value.LastLine, lines);
            return Checked(_rules with { Aliases = [.. _rules.Aliases.Select(one => one.Name == alias.Name ? alias : one)] });
        }

        Append(ConfigurationReader.AliasesKey, Aliases?.IsFlow == true, lines);
        return Checked(_rules with { Aliases = [.. _rules.Aliases, alias] });
    }

    /// <summary>The text without the alias of that name, which there is.</summary>
    /// <exception cref="CommandException">The text is written in a way that this cannot change.</exception>
    public string RemoveAlias(string name)
    {
        var entry = Aliases!.Find(name)!;
        Replace(entry.Key.Line, entry.Value.LastLine, []);
        return Checked(_rules with { Aliases = [.. _rules.Aliases.Where(alias => alias.Name != name)] });
    }

    /// <summary>The text with one more rule, behind the others.</summary>
    /// <exception cref="CommandException">The text is written in a way that this cannot change.</exception>
    public string AddRule(DeviceRule rule)
    {
        var indent = Indent(RuleList?.Items is [var first, ..] ? first.Line : null);
        List<string> lines = [$"{indent}- {(rule.IsAllow ? "allow" : "deny")}: {Quoted(rule.Selector.Text)}"];
        if (rule.From.Count > 0)
        {
            lines.Add($"{indent}  from: [{string.Join(", ", rule.From.Select(range => Quoted(range.ToString())))}]");
        }

        if (rule.Force)
        {
            lines.Add($"{indent}  force: true");
        }

        if (rule.Sharing.IdleRelease is { } time)
        {
            lines.Add($"{indent}  idle-release: {DurationText.Written(time)}");
        }

        if (rule.Sharing.MayBeTakenOver)
        {
            lines.Add($"{indent}  allow-take-over: true");
        }

        Append(ConfigurationReader.RulesKey, RuleList?.IsFlow == true, lines);
        return Checked(_rules with { Rules = [.. _rules.Rules, rule] });
    }

    /// <summary>The text without the rule at that place, which there is; places count from 1.</summary>
    /// <exception cref="CommandException">The text is written in a way that this cannot change.</exception>
    public string RemoveRule(int number)
    {
        if (RuleList is { IsFlow: false } list)
        {
            Replace(list.Items[number - 1].Line, list.Items[number - 1].LastLine, []);
        }

        return Checked(_rules with { Rules = [.. _rules.Rules.Where((_, index) => index != number - 1)] });
    }

    private YamlMap? Aliases => _root?.Find(ConfigurationReader.AliasesKey)?.Value as YamlMap;

    private YamlList? RuleList => _root?.Find(ConfigurationReader.RulesKey)?.Value as YamlList;

    /// <summary>Puts lines behind what is there under a key of the file; the key too, if it is not there.</summary>
    private void Append(string key, bool isFlow, List<string> lines)
    {
        if (_root?.Find(key) is not { } section)
        {
            if (_lines.Count > 0 && _lines[^1].Trim().Length > 0)
            {
                _lines.Add("");
            }

            _lines.AddRange([$"{key}:", .. lines]);
        }
        else if (!isFlow)
        {
            _lines.InsertRange(section.Value.LastLine, lines);
        }
    }

    /// <summary>Replaces lines, counted from 1.</summary>
    private void Replace(int first, int last, List<string> lines)
    {
        _lines.RemoveRange(first - 1, Math.Min(last, _lines.Count) - first + 1);
        _lines.InsertRange(first - 1, lines);
    }

    /// <summary>The blanks before what stands in that line already; two where nothing does.</summary>
    private string Indent(int? line) => line is { } number ? _lines[number - 1][..(_lines[number - 1].Length - _lines[number - 1].TrimStart(' ').Length)] : "  ";

    private string Checked(HostRules expected)
    {
        var text = string.Join('\n', _lines) + "\n";
        string? problem = null;
        try
        {
            if (Said(ConfigurationReader.Read(text)) == Said(expected))
            {
                return text;
            }
        }
        catch (CommandException exception)
        {
            problem = exception.Message;
        }

        throw new CommandException(
            ExitCode.Failure,
            $"The configuration is written in a form that this command cannot change{(problem is null ? "" : $" ({problem.TrimEnd('.')})")}.",
            "change it by hand, or write each alias and each rule in lines of its own; then usbip-host reload");
    }

    private static string Said(HostRules rules) => string.Join('\n', rules.Aliases.Select(alias => $"{alias}").Concat(rules.Rules.Select(rule => $"{rule}")));

    /// <summary>In quotes, since other readers of YAML take 0781:5581 for a number.</summary>
    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' or '\\' => quoted.Append('\\').Append(character),
                < ' ' or '\u007f' => quoted.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
                _ => quoted.Append(character),
            };
        }

        return quoted.Append('"').ToString();
    }
}
