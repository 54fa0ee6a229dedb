namespace UsbIp.Host.Configuration;

/// <summary>A part of a YAML file and where it stands: lines count from 1, the last one is that of its last character.</summary>
internal abstract record YamlNode(int Line, int LastLine);

/// <summary>A scalar. What it could mean to others (a number, a date) means nothing here.</summary>
internal sealed record YamlText(string Value, int Line, int LastLine) : YamlNode(Line, LastLine)
{
    public bool IsEmpty => Value.Length == 0;
}

/// <summary>A mapping. <paramref name="IsFlow"/>: in braces, else a line for each key.</summary>
internal sealed record YamlMap(IReadOnlyList<YamlEntry> Entries, bool IsFlow, int Line, int LastLine) : YamlNode(Line, LastLine)
{
    public YamlEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key.Value == key);
}

/// <summary>A sequence. <paramref name="IsFlow"/>: in brackets, else a line with a dash for each item.</summary>
internal sealed record YamlList(IReadOnlyList<YamlNode> Items, bool IsFlow, int Line, int LastLine) : YamlNode(Line, LastLine);

/// <summary>A key of a mapping and what belongs to it.</summary>
internal sealed record YamlEntry(YamlText Key, YamlNode Value);
