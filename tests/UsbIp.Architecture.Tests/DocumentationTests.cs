using System.Text.RegularExpressions;

namespace UsbIp.Architecture.Tests;

/// <summary>What the documents promise about the checkout.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_link_leads_to_a_file()
    {
        var dead = from page in SourceTree.Paths("", ".md")
                   from Match link in Link().Matches(SourceTree.Text(page))
                   let target = link.Groups["target"].Value
                   let path = Path.Combine(SourceTree.Root, Path.GetDirectoryName(page)!, target)
                   where !File.Exists(path) && !Directory.Exists(path)
                   select $"{page} links to {target}";

        dead.Should().BeEmpty();
    }

    [Fact]
    public void The_protocol_page_links_to_the_golden_file_of_every_message()
    {
        var page = SourceTree.Text("docs/protocol.md");

        var missing = SourceTree.Paths("tests/UsbIp.Protocol.Tests/Golden", ".hex")
            .Select(path => Path.GetFileName(path))
            .Where(name => !page.Contains($"/{name})", StringComparison.Ordinal));

        missing.Should().BeEmpty();
    }

    [Fact]
    public void The_readme_lists_every_exit_code_of_the_client()
    {
        var readme = SourceTree.Text("README.md");

        var missing = ExitCode().Matches(SourceTree.Text("src/UsbIp.Client/ExitCode.cs"))
            .Select(match => match.Groups["number"].Value)
            .Where(number => !Regex.IsMatch(readme, $@"^\| {number} \|", RegexOptions.Multiline));

        missing.Should().BeEmpty();
    }

    [GeneratedRegex(@"\]\((?<target>[^)#:\s]+)(#[^)]*)?\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"\b\w+ = (?<number>\d+)[,;]")]
    private static partial Regex ExitCode();
}
