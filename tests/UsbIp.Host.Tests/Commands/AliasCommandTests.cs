using UsbIp.Host.Tests.Control;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Commands;

/// <summary>Names that last.</summary>
public sealed class AliasCommandTests
{
    [Fact]
    public async Task A_device_has_its_name_everywhere_until_it_is_forgotten()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, SampleDevices.Keyboard } };
        machine.Serve();

        var set = await machine.RunAsync("alias", "backup", "serial:4C530001");
        var shown = await machine.RunAsync("alias");
        var exported = await machine.RunAsync("export", "backup");
        var listed = await machine.RunAsync("list");
        var forgot = await machine.RunAsync("alias", "--remove", "backup");

        set.Should().Be(new CommandResult(ExitCode.Success, "backup: serial:4C530001\n", ""));
        shown.Should().Be(set);
        exported.Output.Should().Be("exported 1-2 \"SanDisk Ultra\" (0781:5581)\n");
        listed.Output.Should().MatchRegex("1-2 .* backup +exported");
        forgot.Should().Be(new CommandResult(ExitCode.Success, "forgot backup\n", ""));
        (await machine.RunAsync("export", "backup")).ExitCode.Should().Be(ExitCode.NotFound);
    }

    [Fact]
    public async Task Without_a_daemon_the_file_is_changed_and_the_next_daemon_knows_it()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };

        (await machine.RunAsync("alias", "backup", "serial:4C530001")).ExitCode.Should().Be(ExitCode.Success);
        machine.Serve("--export", "backup");

        File.ReadAllText(machine.ConfigurationPath).Should().EndWith("aliases:\n  backup:\n    - \"serial:4C530001\"\n# The file ends here.\n");
        (await machine.RunAsync("status")).Output.Should().Contain("backup");
    }

    [Fact]
    public async Task A_name_takes_several_identities_and_more_later()
    {
        await using var machine = new Machine();

        await machine.RunAsync("alias", "board", "0483:df11", "serial:ABC");
        var more = await machine.RunAsync("alias", "--add", "board", "serial:DEF", "serial:ABC");
        var replaced = await machine.RunAsync("alias", "board", "0483:5740");

        more.Output.Should().Be("board: 0483:df11, serial:ABC, serial:DEF\n");
        replaced.Output.Should().Be("board: 0483:5740\n");
    }

    [Fact]
    public async Task A_busid_means_the_device_that_is_there_now()
    {
        await using var machine = new Machine
        {
            Devices = { SampleDevices.Stick, SampleDevices.Keyboard, SampleDevices.Device("1-4", 1, 2), SampleDevices.Device("1-5", 1, 2) },
        };

        (await machine.RunAsync("alias", "stick", "1-2")).Output.Should().Be("stick: serial:4C530001\n");
        (await machine.RunAsync("alias", "keys", "1-10.4")).Output.Should().Be("keys: 046d:c31c\n");
        (await machine.RunAsync("alias", "twin", "1-4")).Should().Be(new CommandResult(
            ExitCode.Usage,
            "",
            "usbip-host: Device 1-4 (0001:0002) has nothing that tells it from the others that are plugged in.\nTry: port:1-4, for whatever is in that port\n"));
        (await machine.RunAsync("alias", "gone", "1-9")).ExitCode.Should().Be(ExitCode.NotFound);
    }

    [Fact]
    public async Task A_name_that_a_rule_needs_is_not_forgotten_for_the_rule_would_deny_nothing()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        await machine.RunAsync("alias", "backup", "serial:4C530001");
        await machine.RunAsync("rule", "add", "allow", "class:storage");
        await machine.RunAsync("rule", "add", "deny", "backup");

        var refused = await machine.RunAsync("alias", "--remove", "backup");

        refused.Should().Be(new CommandResult(ExitCode.Usage, "", "usbip-host: Rule 2 names the alias 'backup'.\nTry: usbip-host rule remove 2, first\n"));
        (await machine.RunAsync("rule", "check", "1-2")).Output.Should().Contain("is not exported");
    }

    [Theory]
    [InlineData("alias 123456789012345678901234 serial:1", ExitCode.Usage, "The alias '123456789012345678901234' has 24 characters; the longest has 23.")]
    [InlineData("alias 1-2 serial:1", ExitCode.Usage, "'1-2' is no alias: it looks like a busid.")]
    [InlineData("alias serial:1 serial:1", ExitCode.Usage, "'serial:1' is no alias: one is made of letters, digits, '.', '_' and '-', and begins with a letter or a digit.")]
    [InlineData("alias disks class:storage", ExitCode.Usage, "'class:storage' cannot stand behind an alias, which is for one device.")]
    [InlineData("alias a b", ExitCode.Usage, "'b' cannot stand behind an alias, which is for one device.")]
    [InlineData("alias nobody", ExitCode.NotFound, "There is no alias 'nobody'.")]
    [InlineData("rule add deny nobody", ExitCode.NotFound, "There is no alias 'nobody'.")]
    [InlineData("alias --remove nobody", ExitCode.NotFound, "There is no alias 'nobody'.")]
    [InlineData("alias --remove", ExitCode.Usage, "--remove takes one NAME and nothing else.")]
    public async Task What_cannot_be_is_explained(string command, ExitCode exitCode, string sentence)
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };

        var result = await machine.RunAsync(command.Split(' '));

        result.ExitCode.Should().Be(exitCode);
        result.Error.Should().StartWith($"usbip-host: {sentence}\nTry: ");
        File.Exists(machine.ConfigurationPath).Should().BeFalse();
    }

    [Fact]
    public async Task A_client_imports_by_the_name()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve("--export", "1-2");
        await machine.RunAsync("alias", "backup", "serial:4C530001");
        using var client = new UsbIp.TestKit.RawClient(machine.Endpoint);

        client.Import("backup").Should().Be(OperationStatus.Ok);

        client.Record!.BusId.Should().Be(BusId.Parse("backup"));
        (await machine.RunAsync("status")).Output.Should().Contain("held by 127.0.0.1:");
    }
}
