using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace UsbIp.Host.Configuration;

/// <summary>
/// Reads one YAML document into nodes that know their lines. Only the library's parser is used: its object model and its deserialiser need
/// reflection, which trimming takes away. Bounded in depth; anchors and aliases of YAML, with which a short text can mean a huge one, are refused.
/// </summary>
internal sealed class YamlTree
{
    private const int MaxDepth = 8;

    private readonly Parser _parser;
    private int _depth;

    private YamlTree(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>The document's node; null if the text has none, or only remarks.</summary>
    /// <exception cref="CommandException">The text is no YAML, or has what is refused; the message names the line.</exception>
    public static YamlNode? Read(string text)
    {
        var nul = text.IndexOf('\0', StringComparison.Ordinal);
        if (nul >= 0)
        {
            // The parser would take it for the end, and whatever is denied behind it would be lost.
            throw ConfigurationReader.Problem(text.AsSpan(0, nul).Count('\n') + 1, "a NUL character stands here: this is no text.");
        }

        var tree = new YamlTree(text);
        try
        {
            tree._parser.Consume<StreamStart>();
            if (tree._parser.TryConsume<StreamEnd>(out _))
            {
                return null;
            }

            tree._parser.Consume<DocumentStart>();
            var root = tree.ReadNode(line: 1);
            tree._parser.Consume<DocumentEnd>();
            return tree._parser.TryConsume<StreamEnd>(out _)
                ? root
                : throw ConfigurationReader.Problem(LineOf(tree._parser.Current!.Start), "a second document begins, and there is only one configuration.");
        }
        catch (YamlException exception)
        {
            throw ConfigurationReader.Problem(LineOf(exception.Start), $"this is no YAML: {exception.Message.TrimEnd('.')}.");
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or EndOfStreamException)
        {
            // What the parser throws for some of the texts that it does not understand.
            throw ConfigurationReader.Problem(LineOf(tree._parser.Current?.End ?? Mark.Empty), $"behind this is no YAML: {exception.Message.TrimEnd('.')}.");
        }
    }

    /// <param name="line">Where an empty value counts as standing: its mark may be lines further down.</param>
    private YamlNode ReadNode(int line)
    {
        if (++_depth > MaxDepth)
        {
            throw ConfigurationReader.Problem(line, $"more than {MaxDepth} levels are nested here.");
        }

        try
        {
            if (_parser.Current is NodeEvent { Anchor.IsEmpty: false } or AnchorAlias)
            {
                throw ConfigurationReader.Problem(LineOf(_parser.Current.Start), "anchors (&) and references (*) are not read here.");
            }

            return _parser.Consume<NodeEvent>() switch
            {
                Scalar { Value: "", Style: ScalarStyle.Plain } => new YamlText("", line, line),
                Scalar text => new YamlText(text.Value, LineOf(text.Start), LineOf(text.End)),
                MappingStart start => ReadMap(start),
                SequenceStart start => ReadList(start),
                var other => throw ConfigurationReader.Problem(LineOf(other.Start), "this has no meaning here."),
            };
        }
        finally
        {
            _depth--;
        }
    }

    private YamlMap ReadMap(MappingStart start)
    {
        var entries = new List<YamlEntry>();
        while (!_parser.Accept<MappingEnd>(out _))
        {
            var line = LineOf(_parser.Current!.Start);
            var key = ReadNode(line) as YamlText ?? throw ConfigurationReader.Problem(line, "a key is a word.");
            if (entries.Exists(entry => entry.Key.Value == key.Value))
            {
                throw ConfigurationReader.Problem(line, $"'{key.Value}' is here a second time.");
            }

            entries.Add(new YamlEntry(key, ReadNode(key.LastLine)));
        }

        var end = _parser.Consume<MappingEnd>();
        var first = LineOf(start.Start);
        var isFlow = start.Style == MappingStyle.Flow;
        return new YamlMap(entries, isFlow, first, isFlow || entries.Count == 0 ? LineOf(end.End) : entries[^1].Value.LastLine);
    }

    private YamlList ReadList(SequenceStart start)
    {
        var items = new List<YamlNode>();
        while (!_parser.Accept<SequenceEnd>(out _))
        {
            items.Add(ReadNode(LineOf(_parser.Current!.Start)));
        }

        var end = _parser.Consume<SequenceEnd>();
        var first = LineOf(start.Start);
        var isFlow = start.Style == SequenceStyle.Flow;
        return new YamlList(items, isFlow, first, isFlow || items.Count == 0 ? LineOf(end.End) : items[^1].LastLine);
    }

    private static int LineOf(Mark mark) => (int)Math.Clamp(mark.Line, 1, int.MaxValue);
}
