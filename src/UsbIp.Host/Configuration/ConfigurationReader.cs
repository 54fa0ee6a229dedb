using UsbIp.Host.Rules;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Configuration;

/// <summary>Aliases and rules out of the text of a configuration, or the first thing that is wrong with it and its line.</summary>
internal static class ConfigurationReader
{
    public const string AliasesKey = "aliases";
    public const string RulesKey = "rules";
    private const string AllowKey = "allow";
    private const string DenyKey = "deny";
    private const string FromKey = "from";
    private const string ForceKey = "force";
    private const string IdleReleaseKey = "idle-release";
    private const string TakeOverKey = "allow-take-over";

    /// <exception cref="CommandException">The text is no configuration; the message names the line.</exception>
    public static HostRules Read(string text) => Read(YamlTree.Read(text));

    /// <exception cref="CommandException">The document is no configuration; the message names the line.</exception>
    public static HostRules Read(YamlNode? document)
    {
        var root = MapOf(document, "the file");
        CheckKeys(root, AliasesKey, RulesKey);
        var aliases = MapOf(root.Find(AliasesKey)?.Value, $"'{AliasesKey}'").Entries.Select(ReadAlias).ToList();
        var rules = ItemsOf(root.Find(RulesKey)?.Value).Select(item => ReadRule(item, aliases)).ToList();
        return new HostRules(aliases, rules);
    }

    /// <summary>What is wrong in a line.</summary>
    public static CommandException Problem(int line, string sentence) => new(ExitCode.Failure, $"line {line}: {sentence}");

    private static DeviceAlias ReadAlias(YamlEntry entry)
    {
        if (AliasName.Problem(entry.Key.Value) is { } problem)
        {
            throw Problem(entry.Key.Line, problem);
        }

        var identities = ItemsOf(entry.Value).Select(ReadSelector).ToList();
        foreach (var (selector, line) in identities)
        {
            if (!DeviceAlias.IsIdentity(selector))
            {
                throw Problem(line, $"'{selector}' cannot stand behind an alias: that takes serial:, VENDOR:PRODUCT, port: or product:.");
            }
        }

        return identities.Count > 0
            ? new DeviceAlias(entry.Key.Value, [.. identities.Select(identity => identity.Selector)])
            : throw Problem(entry.Key.Line, $"the alias '{entry.Key.Value}' stands for nothing.");
    }

    private static DeviceRule ReadRule(YamlNode item, IReadOnlyList<DeviceAlias> aliases)
    {
        var map = MapOf(item, "a rule");
        CheckKeys(map, AllowKey, DenyKey, FromKey, ForceKey, IdleReleaseKey, TakeOverKey);
        var (allow, deny) = (map.Find(AllowKey), map.Find(DenyKey));
        if ((allow is null) == (deny is null))
        {
            throw Problem(item.Line, $"a rule has either '{AllowKey}' or '{DenyKey}', with a device behind it.");
        }

        var (selector, line) = ReadSelector((allow ?? deny)!.Value);
        var rule = new DeviceRule(allow is not null, selector)
        {
            From = map.Find(FromKey) is { } from ? ReadRanges(from) : [],
            Force = IsSet(map, ForceKey),
            Sharing = new ExportPolicy(ReadIdleRelease(map), IsSet(map, TakeOverKey)),
        };
        return rule.Alias is { } alias && aliases.All(one => one.Name != alias)
            ? throw Problem(line, $"there is no alias '{alias}': a rule that names nothing would keep nothing from clients.")
            : rule;
    }

    /// <summary>What is true or false, and says how something is allowed.</summary>
    private static bool IsSet(YamlMap rule, string key)
    {
        var entry = rule.Find(key);
        return entry is null || (entry.Value is YamlText { Value: "true" or "false" } && rule.Find(DenyKey) is null)
            ? entry?.Value is YamlText { Value: "true" }
            : throw Problem(entry.Key.Line, $"'{key}' is true or false, and belongs to '{AllowKey}'.");
    }

    private static TimeSpan? ReadIdleRelease(YamlMap rule)
    {
        var time = default(TimeSpan);
        var entry = rule.Find(IdleReleaseKey);
        return entry is null || (entry.Value is YamlText text && DurationText.TryParse(text.Value, out time) && rule.Find(DenyKey) is null)
            ? entry is null ? null : time
            : throw Problem(entry.Key.Line, $"'{IdleReleaseKey}' is a time from 1s to 365d, such as 10m, and belongs to '{AllowKey}'.");
    }

    /// <summary>A 'from' with nothing behind it would be for everybody, which is not what somebody meant who wrote it.</summary>
    private static List<AddressRange> ReadRanges(YamlEntry from)
    {
        var ranges = ItemsOf(from.Value).Select(ReadRange).ToList();
        return ranges.Count > 0 ? ranges : throw Problem(from.Key.Line, $"'{FromKey}' has no address behind it; without '{FromKey}' a rule is for every client.");
    }

    private static AddressRange ReadRange(YamlNode node) => node is YamlText text && AddressRange.TryParse(text.Value, out var range)
        ? range
        : throw Problem(node.Line, $"{Written(node)} is no address: it has the form ADDRESS or ADDRESS/BITS, such as 192.168.1.7 or 192.168.1.0/24.");

    private static (DeviceSelector Selector, int Line) ReadSelector(YamlNode node)
    {
        var problem = $"{Written(node)} is no device: a selector is {DeviceSelector.Forms}.";
        return node is YamlText text && DeviceSelector.TryParse(text.Value, out var selector, out problem)
            ? (selector, node.Line)
            : throw Problem(node.Line, problem!);
    }

    private static YamlMap MapOf(YamlNode? node, string what) => node switch
    {
        null or YamlText { IsEmpty: true } => new YamlMap([], false, 1, 1),
        YamlMap map => map,
        _ => throw Problem(node.Line, $"{what} has a word and a colon in each line."),
    };

    /// <summary>Of one thing no list needs to be made.</summary>
    private static IReadOnlyList<YamlNode> ItemsOf(YamlNode? node) => node switch
    {
        null or YamlText { IsEmpty: true } => [],
        YamlList list => list.Items,
        _ => [node],
    };

    private static void CheckKeys(YamlMap map, params string[] known)
    {
        if (map.Entries.FirstOrDefault(entry => !known.Contains(entry.Key.Value)) is { } stranger)
        {
            throw Problem(stranger.Key.Line, $"'{stranger.Key.Value}' is none of {string.Join(", ", known)}.");
        }
    }

    private static string Written(YamlNode node) => node is YamlText text ? $"'{text.Value}'" : "this";
}
