using UsbIp.Host.Configuration;

namespace UsbIp.Host.Tests.Configuration;

/// <summary>What a configuration may say, and how what is wrong is told.</summary>
public sealed class ConfigurationReaderTests
{
    [Fact]
    public void Aliases_and_rules_are_read()
    {
        var rules = ConfigurationReader.Read("""
            # names
            aliases:
              scanner: "serial:4C53"       # one
              board:
                - 0483:df11                # in its bootloader
                - serial:ABC
            rules:
              - allow: scanner
                from: [192.168.1.0/24, "::1"]
              - deny: 'class:hid'
              - allow: board
                from: 10.0.0.1
                force: true
                idle-release: 90m
                allow-take-over: true
            """);

        rules.Aliases.Select(alias => alias.ToString()).Should().Equal("scanner: \"serial:4C53\"", "board: \"0483:df11\", \"serial:ABC\"");
        rules.Rules.Select(rule => rule.ToString()).Should().Equal(
            "allow \"scanner\" from 192.168.1.0/24, ::1", "deny \"class:hid\"", "allow \"board\" from 10.0.0.1 force idle-release 90m allow-take-over");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n# nothing yet\n")]
    [InlineData("---\n")]
    [InlineData("aliases:\nrules:\n")]
    [InlineData("aliases: {}\nrules: []\n")]
    public void Nothing_is_no_alias_and_no_rule(string text)
    {
        var rules = ConfigurationReader.Read(text);

        rules.Aliases.Should().BeEmpty();
        rules.Rules.Should().BeEmpty();
    }

    [Theory]
    [InlineData("aliases:\n  1-2: serial:1\n", "line 2: '1-2' is no alias: it looks like a busid.")]
    [InlineData("aliases:\n  a: serial:1\n  a: serial:2\n", "line 3: 'a' is here a second time.")]
    [InlineData("aliases:\n  a:\n", "line 2: the alias 'a' stands for nothing.")]
    [InlineData("aliases:\n  a:\n    - serial:1\n    - class:hid\n", "line 4: 'class:hid' cannot stand behind an alias: that takes serial:, VENDOR:PRODUCT, port: or product:.")]
    [InlineData("aliases:\n  - a\n", "line 2: 'aliases' has a word and a colon in each line.")]
    [InlineData("rule:\n  - allow: a\n", "line 1: 'rule' is none of aliases, rules.")]
    [InlineData("rules:\n\n  - alow: 1-2\n", "line 3: 'alow' is none of allow, deny, from, force, idle-release, allow-take-over.")]
    [InlineData("rules:\n  - allow: 1-2\n    deny: 1-2\n", "line 2: a rule has either 'allow' or 'deny', with a device behind it.")]
    [InlineData("rules:\n  - from: ::1\n", "line 2: a rule has either 'allow' or 'deny', with a device behind it.")]
    [InlineData("rules:\n  - allow:\n", "line 2: '' names no device:*")]
    [InlineData("rules:\n  - allow: [1-2]\n", "line 2: this is no device: a selector is*")]
    [InlineData("aliases:\n  a: serial:1\nrules:\n  - allow: a\n  - deny: b\n", "line 5: there is no alias 'b': a rule that names nothing would keep nothing from clients.")]
    [InlineData("rules:\n  - allow: color:red\n", "line 2: 'color:red' selects no device:*")]
    [InlineData("rules:\n  - allow: 1-2\n    from: [10.0.0.1,\n      10.0.0]\n", "line 4: '10.0.0' is no address:*")]
    [InlineData("rules:\n  - allow: 1-2\n    from:\n", "line 3: 'from' has no address behind it; without 'from' a rule is for every client.")]
    [InlineData("rules:\n  - allow: 1-2\n    from: []\n", "line 3: 'from' has no address behind it;*")]
    [InlineData("rules:\n  - deny: 1-2\n    force: true\n", "line 3: 'force' is true or false, and belongs to 'allow'.")]
    [InlineData("rules:\n  - allow: 1-2\n    force: perhaps\n", "line 3: 'force' is true or false, and belongs to 'allow'.")]
    [InlineData("rules:\n  - deny: 1-2\n    allow-take-over: true\n", "line 3: 'allow-take-over' is true or false, and belongs to 'allow'.")]
    [InlineData("rules:\n  - allow: 1-2\n    idle-release: soon\n", "line 3: 'idle-release' is a time from 1s to 365d, such as 10m, and belongs to 'allow'.")]
    [InlineData("rules:\n  - allow: 1-2\n    idle-release: 0\n", "line 3: 'idle-release' is a time*")]
    [InlineData("rules:\n  - deny: 1-2\n    idle-release: 10m\n", "line 3: 'idle-release' is a time*")]
    [InlineData("rules:\n  - &a allow\n", "line 2: anchors (&) and references (*) are not read here.")]
    [InlineData("rules: *a\n", "line 1: anchors (&) and references (*) are not read here.")]
    [InlineData("[[[[[[[[[[[[[[[[[[", "line 1: more than 8 levels are nested here.")]
    [InlineData("rules:\n  - allow: \"1-2\n", "line *: this is no YAML:*")]
    [InlineData("rules:\n\t- allow: 1-2\n", "line *: this is no YAML:*tab*")]
    [InlineData("rules: []\n---\nrules: []\n", "line *: a second document begins, and there is only one configuration.")]
    [InlineData("rules: []\nxx", "line *: this is no YAML:*")]
    [InlineData("rules:\n  - allow: 1-2\n\0  - deny: 1-2\n", "line 3: a NUL character stands here: this is no text.")]
    [InlineData("nonsense", "line 1: the file has a word and a colon in each line.")]
    public void What_is_wrong_is_told_with_its_line(string text, string problem)
    {
        var reading = () => ConfigurationReader.Read(text);

        reading.Should().Throw<CommandException>().WithMessage(problem);
    }

    [Fact]
    public void Whatever_the_bytes_are_reading_them_ends_in_rules_or_in_a_problem()
    {
        var random = new Random(11);
        const string Alphabet = "aliases:rules-allow deny\n  []{}\"'#&*|>%@`!,0123:x\t\0\u2028ä";
        for (var round = 0; round < 20_000; round++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            try
            {
                ConfigurationReader.Read(text);
            }
            catch (CommandException exception)
            {
                exception.Message.Should().StartWith("line ");
            }
        }
    }
}
