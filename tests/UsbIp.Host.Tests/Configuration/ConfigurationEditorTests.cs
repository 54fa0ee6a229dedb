using UsbIp.Host.Configuration;
using UsbIp.Host.Rules;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Tests.Configuration;

/// <summary>Changes that leave everything else of a text as somebody has written it.</summary>
public sealed class ConfigurationEditorTests
{
    private const string Written = """
        # My devices.

        aliases:
            # the one on the desk
            scanner: serial:4C53   # do not lose
            board:
              - 0483:df11          # bootloader
              # and the board itself
              - serial:ABC

        # who gets what
        rules:
        - allow: scanner           # everybody

        - deny: class:hid
          from:
            - 10.0.0.0/8
        # the end

        """;

    [Fact]
    public void A_new_alias_comes_behind_the_others_in_their_form() =>
        new ConfigurationEditor(Written).SetAlias(Alias("disk", "0781:5581")).Should().Be(
            Written.Replace("      - serial:ABC\n", "      - serial:ABC\n    disk:\n      - \"0781:5581\"\n", StringComparison.Ordinal));

    [Fact]
    public void An_alias_is_replaced_where_it_stands() =>
        new ConfigurationEditor(Written).SetAlias(Alias("scanner", "serial:9")).Should().Be(
            Written.Replace("    scanner: serial:4C53   # do not lose\n", "    scanner:\n      - \"serial:9\"\n", StringComparison.Ordinal));

    [Fact]
    public void A_removed_alias_takes_nothing_else_along() =>
        new ConfigurationEditor(Written).RemoveAlias("board").Should().Be(
            Written.Replace("    board:\n      - 0483:df11          # bootloader\n      # and the board itself\n      - serial:ABC\n", "", StringComparison.Ordinal));

    [Fact]
    public void A_new_rule_comes_behind_the_others() =>
        new ConfigurationEditor(Written).AddRule(Allow("board") with { Force = true, From = [Range("::1")] }).Should().Be(
            Written.Replace("    - 10.0.0.0/8\n", "    - 10.0.0.0/8\n- allow: \"board\"\n  from: [\"::1\"]\n  force: true\n", StringComparison.Ordinal));

    [Theory]
    [InlineData(90, "90s")]
    [InlineData(600, "10m")]
    [InlineData(7200, "2h")]
    [InlineData(86_400, "1d")]
    [InlineData(1.5, "1.5s")]
    public void How_a_device_is_shared_is_written_as_the_options_say_it(double seconds, string time)
    {
        var rule = Allow("0483:5740") with { Sharing = new ExportPolicy(TimeSpan.FromSeconds(seconds), MayBeTakenOver: true) };

        new ConfigurationEditor("").AddRule(rule).Should().EndWith($"  - allow: \"0483:5740\"\n    idle-release: {time}\n    allow-take-over: true\n");
    }

    [Fact]
    public void A_removed_rule_takes_nothing_else_along() =>
        new ConfigurationEditor(Written).RemoveRule(2).Should().Be(
            Written.Replace("- deny: class:hid\n  from:\n    - 10.0.0.0/8\n", "", StringComparison.Ordinal));

    [Fact]
    public void The_first_change_makes_a_file_that_explains_itself() =>
        new ConfigurationEditor("").AddRule(Allow("serial:\"a b\"")).Should().Match(
            "# What usbip-host exports*usbip-host reload.\n\nrules:\n  - allow: \"serial:\\\"a b\\\"\"\n");

    [Theory]
    [InlineData("aliases:\n")]
    [InlineData("aliases:   # none yet\nrules: []")]
    [InlineData("rules: []\n\n\n")]
    [InlineData("# only a remark")]
    public void An_alias_finds_its_place_in_any_file(string text)
    {
        var changed = new ConfigurationEditor(text).SetAlias(Alias("a", "serial:1"));

        ConfigurationReader.Read(changed).Aliases.Single().ToString().Should().Be("a: \"serial:1\"");
        changed.Should().StartWith(text.TrimEnd('\n').Split('\n')[0]);
    }

    [Theory]
    [InlineData("rules: []")]
    [InlineData("rules: [{deny: 1-2}]")]
    [InlineData("{rules: }")]
    [InlineData("rules: {}")]
    public void A_form_that_this_cannot_change_is_left_alone(string text)
    {
        var adding = () => new ConfigurationEditor(text).AddRule(Allow("1-3"));

        adding.Should().Throw<CommandException>();
    }

    [Fact]
    public void A_broken_file_is_not_changed()
    {
        var editing = () => new ConfigurationEditor("rules:\n  - alow: 1-2\n");

        editing.Should().Throw<CommandException>().WithMessage("line 2: 'alow' is none of *");
    }

    /// <summary>3,000 random changes, one upon the other: the text always says what was asked for, and keeps every remark.</summary>
    [Fact]
    public void Whatever_is_changed_the_rest_stays()
    {
        var random = new Random(7);
        var text = Written;
        for (var round = 0; round < 3_000; round++)
        {
            var editor = new ConfigurationEditor(text);
            var rules = editor.Rules;
            text = random.Next(4) switch
            {
                0 => editor.SetAlias(Alias($"a{random.Next(8)}", [.. Enumerable.Range(0, random.Next(1, 4)).Select(number => $"serial:{random.Next(1000)}\"{number}\\")])),
                1 when rules.Aliases.Count > 0 => editor.RemoveAlias(rules.Aliases[random.Next(rules.Aliases.Count)].Name),
                2 when rules.Rules.Count > 0 => editor.RemoveRule(random.Next(rules.Rules.Count) + 1),
                _ => editor.AddRule(new DeviceRule(random.Next(2) == 0, DeviceSelector.Parse($"product:*{random.Next(9)} ä #")) { From = random.Next(2) == 0 ? [] : [Range("10.0.0.0/8"), Range("fd00::/8")] }),
            };
        }

        text.Should().StartWith("# My devices.\n\naliases:\n").And.ContainAll("\n    # the one on the desk\n", "\n# who gets what\nrules:\n", "# the end");
    }

    private static DeviceAlias Alias(string name, params string[] identities) => new(name, [.. identities.Select(DeviceSelector.Parse)]);

    private static DeviceRule Allow(string selector) => new(IsAllow: true, DeviceSelector.Parse(selector));

    private static AddressRange Range(string text) => AddressRange.TryParse(text, out var range) ? range : throw new ArgumentException(text);
}
