using UsbIp.Devices;
using UsbIp.Host.Tests.Control;

namespace UsbIp.Host.Tests.Commands;

/// <summary>Rules as people make, read and check them.</summary>
public sealed class RuleCommandTests
{
    [Fact]
    public async Task A_rule_exports_at_once_and_from_the_next_start_on()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, SampleDevices.Keyboard } };
        machine.Serve();

        var added = await machine.RunAsync("rule", "add", "allow", "class:storage", "--from", "192.168.1.9/24", "--from", "127.0.0.1");
        var status = await machine.RunAsync("status");
        var removed = await machine.RunAsync("rule", "remove", "1");

        added.Should().Be(new CommandResult(ExitCode.Success, "1: allow class:storage from 192.168.1.0/24, 127.0.0.1\n", ""));
        status.Output.Should().Contain("1-2").And.NotContain("1-10.4");
        removed.Should().Be(new CommandResult(ExitCode.Success, "forgot 1: allow class:storage from 192.168.1.0/24, 127.0.0.1\n", ""));
        (await machine.RunAsync("status")).Output.Should().Contain("Nothing is exported.");
    }

    [Fact]
    public async Task Check_says_what_would_happen_and_which_rule_decides()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, SampleDevices.Keyboard } };
        await machine.RunAsync("rule", "add", "allow", "class:storage");
        await machine.RunAsync("rule", "add", "deny", "0781:5581", "--from", "10.0.0.0/8");
        await machine.RunAsync("rule", "add", "allow", "class:hid");

        var exported = await machine.RunAsync("rule", "check", "1-2");
        var near = await machine.RunAsync("rule", "check", "1-2", "--from", "192.168.1.7");
        var far = await machine.RunAsync("rule", "check", "1-2", "--from", "10.1.2.3");
        var keyboard = await machine.RunAsync("rule", "check", "class:hid");
        var absent = await machine.RunAsync("rule", "check", "serial:0");

        exported.Output.Should().Be("1-2 \"SanDisk Ultra\" (0781:5581) is exported: rule 1 says: allow \"class:storage\".\n");
        near.Output.Should().Be("1-2 \"SanDisk Ultra\" (0781:5581) may be attached by 192.168.1.7: rule 1 says: allow \"class:storage\".\n");
        far.Output.Should().Be("1-2 \"SanDisk Ultra\" (0781:5581) may not be attached by 10.1.2.3: rule 2 says: deny \"0781:5581\" from 10.0.0.0/8.\n");
        keyboard.Output.Should().Be(
            "1-10.4 \"unnamed device\" (046d:c31c) is not exported: it is an input device, and rule 3 (allow \"class:hid\") does not name it: "
            + "that takes a busid, port:, serial: or VENDOR:PRODUCT.\n");
        absent.ExitCode.Should().Be(ExitCode.NotFound);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Check_knows_what_this_machine_uses(bool isServing)
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, SampleDevices.Keyboard } };
        machine.Use = new DeviceUse("sda1 is mounted on /media", "umount /media");
        await machine.RunAsync("rule", "add", "allow", "class:storage");
        if (isServing)
        {
            machine.Serve();
        }

        var used = await machine.RunAsync("rule", "check", "1-2");
        var json = await machine.RunAsync("rule", "check", "1-2", "--json");
        await machine.RunAsync("rule", "add", "allow", "0781:5581", "--force");
        var forced = await machine.RunAsync("rule", "check", "1-2");

        used.Output.Should().EndWith("allow \"class:storage\". Clients are refused it all the same as long as sda1 is mounted on /media.\n");
        json.Output.Should().Contain("\"inUse\": \"sda1 is mounted on /media\"");
        forced.Output.Should().NotContain("mounted", "a rule says that this does not matter");
    }

    [Fact]
    public async Task Check_knows_what_somebody_has_exported()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve();
        await machine.RunAsync("export", "1-2");

        var exported = await machine.RunAsync("rule", "check", "1-2");
        var near = await machine.RunAsync("rule", "check", "1-2", "--from", "192.168.1.7");
        var json = await machine.RunAsync("rule", "check", "1-2", "--json");
        await machine.RunAsync("rule", "add", "deny", "1-2", "--from", "192.168.1.7");
        var denied = await machine.RunAsync("rule", "check", "1-2", "--from", "192.168.1.7");

        exported.Output.Should().Be("1-2 \"SanDisk Ultra\" (0781:5581) is exported by hand, until the daemon ends: no rule allows it.\n");
        near.Output.Should().Contain("may be attached by 192.168.1.7, for it is exported by hand");
        json.Output.Should().Contain("\"exported\": true").And.Contain("\"byHand\": true").And.Contain("\"verdict\": \"notMentioned\"");
        denied.Output.Should().Contain("may not be attached by 192.168.1.7: rule 1 says");
    }

    [Theory]
    [InlineData("rule add maybe 1-2", "'maybe' is neither allow nor deny.")]
    [InlineData("rule add deny 1-2 --force", "A deny has no --force: it keeps the device from clients whatever this machine does with it.")]
    [InlineData("rule add allow 1-2 --from everywhere", "'everywhere' is no address of clients.")]
    [InlineData("rule remove first", "'first' is no number of a rule.")]
    [InlineData("rule check 1-2 --from 10.0.0.0/8", "'10.0.0.0/8' is no address of a client.")]
    public async Task What_is_no_rule_is_refused_in_a_sentence(string line, string sentence)
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };

        var result = await machine.RunAsync(line.Split(' '));

        result.ExitCode.Should().Be(ExitCode.Usage);
        result.Error.Should().StartWith($"usbip-host: {sentence}\nTry: ");
        File.Exists(machine.ConfigurationPath).Should().BeFalse();
    }

    [Fact]
    public async Task Keep_remembers_the_device_that_is_there()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve();

        var kept = await machine.RunAsync("export", "1-2", "--keep");
        var again = await machine.RunAsync("export", "1-2", "--keep");
        var later = await machine.RunAsync("export", "serial:LATER", "--keep");
        var rules = await machine.RunAsync("rule", "list");
        var unexported = await machine.RunAsync("unexport", "1-2");

        kept.Should().Be(new CommandResult(ExitCode.Success, "exported 1-2 \"SanDisk Ultra\" (0781:5581), kept: allow \"serial:4C530001\"\n", ""));
        again.Should().Be(kept);
        later.Should().Be(new CommandResult(ExitCode.Success, "kept for when it is plugged in: allow \"serial:LATER\"\n", ""));
        rules.Output.Should().Be("1: allow serial:4C530001\n2: allow serial:LATER\n");
        unexported.Error.Should().StartWith("usbip-host: it is exported again when it is plugged in anew, for rule 1 says: allow");
    }

    [Fact]
    public async Task Keep_remembers_how_the_device_is_shared()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve();

        var kept = await machine.RunAsync("export", "1-2", "--keep", "--idle-release", "10m", "--allow-take-over");
        await machine.RunAsync("rule", "add", "allow", "class:hid", "--idle-release", "90s");
        var denied = await machine.RunAsync("rule", "add", "deny", "class:hid", "--allow-take-over");

        kept.Output.Should().Be("exported 1-2 \"SanDisk Ultra\" (0781:5581), kept: allow \"serial:4C530001\" idle-release 10m allow-take-over\n");
        denied.ExitCode.Should().Be(ExitCode.Usage);
        (await machine.RunAsync("rule", "list")).Output.Should().Be(
            "1: allow serial:4C530001 (taken back after 10 min without use, may be taken over)\n2: allow class:hid (taken back after 1 min 30 s without use)\n");
    }

    [Fact]
    public async Task A_command_that_becomes_the_daemon_keeps_too()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };

        machine.Start("export", "1-2", "--keep", "--listen", "127.0.0.1:0");

        (await machine.RunAsync("rule", "list")).Output.Should().Be("1: allow serial:4C530001\n");
    }

    [Fact]
    public async Task What_the_machine_uses_is_kept_only_by_force()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick }, Use = new DeviceUse("sda1 is mounted on /", "umount '/'") };
        machine.Serve();

        var refused = await machine.RunAsync("export", "1-2", "--keep");
        var forced = await machine.RunAsync("export", "1-2", "--keep", "--force");

        refused.ExitCode.Should().Be(ExitCode.Busy);
        refused.Error.Should().StartWith("usbip-host: Device 1-2 is in use on this machine: sda1 is mounted on /.\n");
        forced.ExitCode.Should().Be(ExitCode.Success);
        (await machine.RunAsync("rule", "list")).Output.Should().Be("1: allow serial:4C530001 (force)\n");
    }

    [Fact]
    public async Task What_a_rule_denies_nobody_exports()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        await machine.RunAsync("rule", "add", "deny", "class:storage");
        machine.Serve();

        var result = await machine.RunAsync("export", "1-2", "--force", "--keep");

        result.Should().Be(new CommandResult(
            ExitCode.Permission, "", "usbip-host: Device 1-2 is not exported: rule 1 says: deny \"class:storage\".\nTry: usbip-host rule remove 1\n"));
    }

    [Fact]
    public async Task An_input_device_is_exported_only_by_its_name()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, SampleDevices.Keyboard } };
        machine.Serve();

        var byClass = await machine.RunAsync("export", "class:hid");
        var byName = await machine.RunAsync("export", "046d:c31c");

        byClass.Should().Be(new CommandResult(
            ExitCode.Usage,
            "",
            "usbip-host: Device 1-10.4 is an input device, which 'class:hid' does not name.\nTry: usbip-host export 1-10.4, or its serial: or VENDOR:PRODUCT\n"));
        byName.ExitCode.Should().Be(ExitCode.Success);
    }

    [Fact]
    public async Task A_broken_configuration_is_told_and_nothing_of_what_held_is_lost()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        await machine.RunAsync("rule", "add", "allow", "class:storage");
        machine.Serve();
        File.WriteAllText(machine.ConfigurationPath, "rules:\n  - alow: class:storage\n");

        var reload = await machine.RunAsync("reload");
        var status = await machine.RunAsync("status");
        var add = await machine.RunAsync("rule", "add", "deny", "1-2");

        const string Problem = "line 2: 'alow' is none of allow, deny, from, force, idle-release, allow-take-over.";
        reload.ExitCode.Should().Be(ExitCode.Failure);
        reload.Error.Should().Be(
            $"usbip-host: The configuration {machine.ConfigurationPath} does not hold, and what held before goes on: {Problem}\nTry: mend it, then usbip-host reload again\n");
        status.Output.Should().Contain($"DEGRADED: the configuration {machine.ConfigurationPath} does not hold, and what held before goes on: {Problem}\n")
            .And.MatchRegex("1-2 .* exported");
        add.Error.Should().Contain("is broken, so it is not changed");
        File.WriteAllText(machine.ConfigurationPath, "rules:\n");
        (await machine.RunAsync("reload")).Should().Be(new CommandResult(ExitCode.Success, $"{machine.ConfigurationPath}: aliases 0, rules 0\n", ""));
        (await machine.RunAsync("status")).Output.Should().Contain("Nothing is exported.");
    }

    [Fact]
    public async Task A_daemon_that_starts_with_a_broken_configuration_exports_nothing_and_says_so()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        await machine.RunAsync("rule", "add", "allow", "class:storage");
        File.AppendAllText(machine.ConfigurationPath, "x");

        machine.Serve();
        var status = await machine.RunAsync("status");

        status.Output.Should().Contain("DEGRADED: ").And.Contain("Nothing is exported.");
        machine.Log.Should().Contain(line => line.StartsWith("Error: CONFIGURATION ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("rule add permit 1-2", "Try: usbip-host rule add --help")]
    [InlineData("rule add allow color:red", "'color:red' selects no device:")]
    [InlineData("rule add allow 1-2 --from 10", "'10' is no address of clients.")]
    [InlineData("rule check 1-2 --from pi", "'pi' is no address of a client.")]
    [InlineData("rule", "Try: usbip-host rule --help")]
    public async Task A_wrong_command_line_is_explained(string command, string text)
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };

        var result = await machine.RunAsync(command.Split(' '));

        result.ExitCode.Should().Be(ExitCode.Usage);
        result.Error.Should().Contain(text);
    }
}
