using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace UsbIp.Architecture.Tests;

/// <summary>
/// docs/json.md against the types that are printed, and against what it has promised before. What is taken off a type, changed, or added without a word, is
/// found.
/// </summary>
public sealed partial class PublishedJsonTests
{
    /// <summary>What was ever promised, a line for each command and each property: lines are added to it, and none is changed or removed.</summary>
    private const string Promises = "tests/UsbIp.Architecture.Tests/published-json.txt";

    /// <summary>Between the programs' own processes, or on the control socket, which has a page of its own.</summary>
    private static readonly string[] NotPrinted = ["Body", "Request", "Reply", "Report"];

    private static readonly Dictionary<string, RecordDeclarationSyntax> Records = (
        from file in SourceTree.Product
        from record in file.Nodes<RecordDeclarationSyntax>()
        group record by record.Identifier.Text).ToDictionary(same => same.Key, same => same.First());

    [Fact]
    public void Every_property_that_is_printed_is_published_with_its_type_and_no_other()
    {
        var published = PublishedTypes();

        var printed = Printed().ToDictionary(type => type, type => Properties(Records[type]).ToArray());

        published.Keys.Should().BeEquivalentTo(printed.Keys);
        foreach (var (type, properties) in printed)
        {
            published[type].Should().BeEquivalentTo(properties, "{0} prints these", type);
        }
    }

    [Fact]
    public void What_was_promised_once_is_kept_and_what_is_new_is_promised_from_now_on()
    {
        string[] published = [.. PublishedCommands(), .. PublishedTypes().SelectMany(type => type.Value.Select(property => $"{type.Key}.{property}"))];

        var promised = SourceTree.Text(Promises).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#')).ToArray();

        promised.Except(published).Should().BeEmpty("programs were promised these, and read them: docs/json.md, and what is printed, must keep them");
        published.Except(promised).Should().BeEmpty("they are new: append these lines to {0}", Promises);
    }

    /// <summary>Of each type its properties, as "name: type".</summary>
    private static Dictionary<string, string[]> PublishedTypes() => Section().Matches(SourceTree.Text("docs/json.md")).ToDictionary(
        section => section.Groups["type"].Value,
        section => Property().Matches(section.Groups["rows"].Value).Select(row => $"{row.Groups["name"].Value}: {row.Groups["kind"].Value.Replace("`", "", StringComparison.Ordinal)}").ToArray());

    /// <summary>As "usbip-host list --json: HostStatus".</summary>
    private static IEnumerable<string> PublishedCommands() =>
        from row in Command().Matches(SourceTree.Text("docs/json.md"))
        let program = Program().Match(row.Groups["commands"].Value).Value
        from command in Codes(row.Groups["commands"])
        from type in Codes(row.Groups["types"]).Where(Records.ContainsKey)
        select $"{(command.StartsWith("usbip-", StringComparison.Ordinal) ? command : $"{program} {command}")}: {type}";

    private static IEnumerable<string> Codes(Group cell) => Code().Matches(cell.Value).Select(code => code.Groups["text"].Value);

    /// <summary>The types that commands print, and those that are in them.</summary>
    private static HashSet<string> Printed()
    {
        var roots = from file in SourceTree.Product
                    from attribute in file.Nodes<AttributeSyntax>()
                    where attribute.Name.ToString() == "JsonSerializable"
                    from type in attribute.DescendantNodes().OfType<TypeOfExpressionSyntax>()
                    let name = type.Type.ToString()
                    where Records.ContainsKey(name) && !NotPrinted.Any(end => name.EndsWith(end, StringComparison.Ordinal))
                    select name;
        var found = new HashSet<string>();
        var open = new Stack<string>(roots);
        while (open.TryPop(out var type))
        {
            if (found.Add(type))
            {
                foreach (var inner in Members(Records[type]).SelectMany(member => member.Type.DescendantNodesAndSelf().OfType<IdentifierNameSyntax>()))
                {
                    if (Records.ContainsKey(inner.Identifier.Text))
                    {
                        open.Push(inner.Identifier.Text);
                    }
                }
            }
        }

        return found;
    }

    /// <summary>In the programs' own spelling, but for what copies another program's.</summary>
    private static IEnumerable<string> Properties(RecordDeclarationSyntax record) => Members(record).Select(member =>
    {
        var isCopied = record.Identifier.Text.StartsWith("UsbIpdWin", StringComparison.Ordinal);
        return $"{(isCopied ? member.Name : JsonNamingPolicy.CamelCase.ConvertName(member.Name))}: {Kind(member.Type)}";
    });

    /// <summary>A type in the page's words.</summary>
    private static string Kind(TypeSyntax type) => type switch
    {
        NullableTypeSyntax nullable => Kind(nullable.ElementType) + "?",
        ArrayTypeSyntax array => ListOf(array.ElementType),
        GenericNameSyntax { Identifier.Text: "IReadOnlyList" or "IReadOnlyCollection" } list => ListOf(list.TypeArgumentList.Arguments[0]),
        _ => type.ToString() switch
        {
            "string" or "Guid" => "text",
            "bool" => "true or false",
            "int" or "uint" or "long" or "double" => "number",
            "DateTimeOffset" => "time",
            var other => other,
        },
    };

    private static string ListOf(TypeSyntax element) => Kind(element) switch
    {
        "text" => "list of texts",
        "number" => "list of numbers",
        var other => $"list of {other}",
    };

    private static IEnumerable<(string Name, TypeSyntax Type)> Members(RecordDeclarationSyntax record)
    {
        var parameters = record.ParameterList?.Parameters.Select(parameter => (parameter.Identifier.Text, parameter.Type!)) ?? [];
        var properties = record.Members.OfType<PropertyDeclarationSyntax>()
            .Where(property => property.Modifiers.Any(SyntaxKind.PublicKeyword) && !property.Modifiers.Any(SyntaxKind.StaticKeyword))
            .Select(property => (property.Identifier.Text, property.Type));
        return parameters.Concat(properties);
    }

    [GeneratedRegex(@"^### [^\n]*\(`(?<type>\w+)`\)\n(?<rows>(?:(?!^##).*\n?)*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Section();

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<kind>[^|]*) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Property();

    [GeneratedRegex(@"^\| (?<commands>`usbip-[^|]*) \| (?<types>[^|]*) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Command();

    [GeneratedRegex("usbip-[a-z]+")]
    private static partial Regex Program();

    [GeneratedRegex("`(?<text>[^`]+)`", RegexOptions.ExplicitCapture)]
    private static partial Regex Code();
}
