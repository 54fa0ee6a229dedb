using System.Text.RegularExpressions;

namespace UsbIp.Architecture.Tests;

/// <summary>What the documents promise about the checkout.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string[] DoctorRooms = ["src/UsbIp.Host/Doctor", "src/UsbIp.Client/Doctor"];

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

    [Fact]
    public void Every_finding_of_the_doctors_has_its_cause_and_cure_written_down()
    {
        var known = from room in DoctorRooms
                    from path in SourceTree.Paths(room, ".cs")
                    from Match id in FindingId().Matches(SourceTree.Text(path))
                    select id.Groups["id"].Value;
        var documented = DocumentedFinding().Matches(SourceTree.Text("docs/when-it-does-not-work.md")).Select(row => row.Groups["id"].Value);

        documented.Should().OnlyHaveUniqueItems().And.BeEquivalentTo(known.Distinct());
    }

    [GeneratedRegex(@"\]\((?<target>[^)#:\s]+)(#[^)]*)?\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Link();

    [GeneratedRegex(@"\b\w+ = (?<number>\d+)[,;]")]
    private static partial Regex ExitCode();

    [GeneratedRegex(@"""(?<id>[HC]-[A-Z-]+)""")]
    private static partial Regex FindingId();

    [GeneratedRegex(@"^\| `(?<id>[HC]-[A-Z-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex DocumentedFinding();
}
