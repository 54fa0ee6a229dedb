using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace UsbIp.Architecture.Tests;

/// <summary>docs/json.md against the types that are printed. What is taken off a type, or added without a word, is found.</summary>
public sealed partial class PublishedJsonTests
{
    /// <summary>Between the programs' own processes, or on the control socket, which has a page of its own.</summary>
    private static readonly string[] NotPrinted = ["Body", "Request", "Reply", "Report"];

    private static readonly Dictionary<string, RecordDeclarationSyntax> Records = (
        from file in SourceTree.Product
        from record in file.Nodes<RecordDeclarationSyntax>()
        group record by record.Identifier.Text).ToDictionary(same => same.Key, same => same.First());

    [Fact]
    public void Every_property_that_is_printed_is_published_and_no_other()
    {
        var page = SourceTree.Text("docs/json.md");
        var published = Section().Matches(page).ToDictionary(
            section => section.Groups["type"].Value,
            section => Property().Matches(section.Groups["rows"].Value).Select(row => row.Groups["name"].Value).ToArray());

        var printed = Printed().ToDictionary(type => type, type => Properties(Records[type]).ToArray());

        published.Keys.Should().BeEquivalentTo(printed.Keys);
        foreach (var (type, properties) in printed)
        {
            published[type].Should().BeEquivalentTo(properties, "{0} prints these", type);
        }
    }

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
        record.Identifier.Text.StartsWith("UsbIpdWin", StringComparison.Ordinal) ? member.Name : JsonNamingPolicy.CamelCase.ConvertName(member.Name));

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

    [GeneratedRegex(@"^\| `(?<name>\w+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Property();
}
