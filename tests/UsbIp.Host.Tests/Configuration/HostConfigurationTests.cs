using Microsoft.Extensions.Logging;
using UsbIp.Host.Configuration;
using UsbIp.Host.Rules;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Tests.Configuration;

/// <summary>The file, and what holds of it whatever becomes of it.</summary>
public sealed class HostConfigurationTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("usbip-config-").FullName;
    private readonly LogLines _log = new();

    private string File => Path.Combine(_directory, "config.yaml");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void No_file_is_an_empty_one()
    {
        var configuration = Configuration();

        configuration.Load().Should().BeTrue();

        configuration.Rules.Should().BeEquivalentTo(HostRules.None);
        configuration.Problem.Should().BeNull();
    }

    [Theory]
    [InlineData("rules:\n  - alow: 1-2\n", "line 2: 'alow' is none of allow, deny, from, force, idle-release, allow-take-over.")]
    [InlineData("rules:\n  - allow: \"1-", "line *: this is no YAML*")]
    [InlineData("\0\0\0\0", "line 1: *")]
    [InlineData("\u00ff", "line 1: *")]
    public void A_broken_file_keeps_what_held_before_and_says_so(string broken, string problem)
    {
        Write("rules: [{allow: 1-2}]");
        var configuration = Configuration();
        configuration.Load();

        Write(broken);
        configuration.Load().Should().BeFalse();

        configuration.Rules.Rules.Should().ContainSingle();
        configuration.Problem.Should().Match(problem);
        _log.Lines.Should().Contain(line => line.StartsWith($"Error: CONFIGURATION {File} does not hold: line", StringComparison.Ordinal));
        Write("rules: []");
        configuration.Load().Should().BeTrue();
        configuration.Rules.Rules.Should().BeEmpty();
        configuration.Problem.Should().BeNull();
    }

    [Fact]
    public void A_file_of_ours_that_is_cut_anywhere_grants_nothing()
    {
        var configuration = Configuration();
        configuration.Change(file => file.AddRule(new DeviceRule(true, DeviceSelector.Parse("class:storage"))));
        configuration.Change(file => file.AddRule(new DeviceRule(false, DeviceSelector.Parse("1-2"))));
        var whole = System.IO.File.ReadAllText(File);
        whole.Should().EndWith($"\n{ConfigurationSeal.Closing}\n");

        for (var length = 0; length < whole.Length - 1; length++)
        {
            System.IO.File.WriteAllText(File, whole[..length]);
            var cut = Configuration();

            cut.Load();

            cut.Rules.Rules.Should().BeEmpty("{0} of {1} characters, of which the last is a line feed, are no whole file", length, whole.Length);
        }
    }

    [Fact]
    public void What_is_added_by_hand_behind_the_last_line_holds_and_is_taken_in_by_the_next_change()
    {
        var configuration = Configuration();
        configuration.Change(file => file.AddRule(new DeviceRule(true, DeviceSelector.Parse("1-2"))));
        System.IO.File.AppendAllText(File, "aliases:\n  stick:\n    - serial:7\n");

        configuration.Load().Should().BeTrue();
        configuration.Change(file => file.AddRule(new DeviceRule(false, DeviceSelector.Parse("1-4"))));

        System.IO.File.ReadAllText(File).Should().EndWith($"    - serial:7\n{ConfigurationSeal.Closing}\n");
    }

    [Fact]
    public void A_file_that_is_broken_from_the_start_exports_nothing()
    {
        Write("rules: [{allow: 1-2}]\nx");

        var configuration = Configuration();
        configuration.Load().Should().BeFalse();

        configuration.Rules.Should().BeEquivalentTo(HostRules.None);
    }

    [Fact]
    public void A_file_that_is_no_text_too_long_or_a_directory_is_broken()
    {
        System.IO.File.WriteAllBytes(File, [0xFF, 0xFE, 0x80]);
        Problem().Should().Be("the file is not UTF-8 text.");
        System.IO.File.WriteAllText(File, new string('#', (256 * 1024) + 1));
        Problem().Should().Be("the file is longer than 262144 bytes.");
        System.IO.File.Delete(File);
        Directory.CreateDirectory(File);
        Problem().Should().StartWith("the file cannot be read: ");
    }

    [Fact]
    public void A_change_is_in_the_file_and_holds_and_leaves_nothing_else_behind()
    {
        Write("# mine\nrules:\n  - allow: 1-2\n");
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var configuration = Configuration();
        configuration.Load();

        configuration.Change(file => file.AddRule(Deny("1-3")));

        System.IO.File.ReadAllText(File).Should().Be("# mine\nrules:\n  - allow: 1-2\n  - deny: \"1-3\"\n");
        configuration.Rules.Rules.Should().HaveCount(2);
        Directory.GetFileSystemEntries(_directory).Should().Equal(File);
        System.IO.File.GetUnixFileMode(File).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void A_link_stays_one()
    {
        var real = Path.Combine(_directory, "real.yaml");
        System.IO.File.CreateSymbolicLink(File, real);
        System.IO.File.WriteAllText(real, "rules: \n");
        var configuration = Configuration();

        configuration.Change(file => file.AddRule(Deny("1-3")));

        System.IO.File.ReadAllText(real).Should().Contain("1-3");
        new FileInfo(File).LinkTarget.Should().Be(real);
    }

    [Fact]
    public void A_file_that_cannot_be_written_changes_nothing()
    {
        var configuration = new HostConfiguration("/proc/usbip-host/config.yaml", LoggerFactory.Create(builder => builder.AddProvider(_log)).CreateLogger("test"));
        configuration.Load();

        var changing = () => configuration.Change(file => file.AddRule(Deny("1-3")));

        changing.Should().Throw<CommandException>().WithMessage("The configuration /proc/usbip-host/config.yaml cannot be written, so nothing is changed: *");
        configuration.Rules.Rules.Should().BeEmpty();
    }

    [Fact]
    public void A_broken_file_is_not_written_over()
    {
        Write("rules:\n  - alow: 1-2\n");
        var configuration = Configuration();
        configuration.Load();

        var changing = () => configuration.Change(file => file.AddRule(Deny("1-3")));

        changing.Should().Throw<CommandException>().WithMessage($"The configuration {File} is broken, so it is not changed: line 2: *");
        System.IO.File.ReadAllText(File).Should().Be("rules:\n  - alow: 1-2\n");
    }

    private static DeviceRule Deny(string selector) => new(IsAllow: false, DeviceSelector.Parse(selector));

    private HostConfiguration Configuration() => new(File, LoggerFactory.Create(builder => builder.AddProvider(_log)).CreateLogger("test"));

    private string? Problem()
    {
        var configuration = Configuration();
        configuration.Load();
        return configuration.Problem;
    }

    private void Write(string text) => System.IO.File.WriteAllText(File, text);
}
