using UsbIp.Devices;
using UsbIp.Host.Tests.Control;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Commands;

/// <summary>Exporting, taking back, and being the daemon.</summary>
public sealed class ExportCommandTests
{
    [Theory]
    [InlineData("export", "1-2")]
    [InlineData("bind", "1-2")]
    [InlineData("bind", "-b", "1-2")]
    [InlineData("bind", "--busid=1-2")]
    public async Task The_running_daemon_exports_and_the_command_names_the_device(params string[] arguments)
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve();

        var result = await machine.RunAsync(arguments);

        result.Should().Be(new CommandResult(ExitCode.Success, "exported 1-2 \"SanDisk Ultra\" (0781:5581)\n", ""));
        (await machine.RunAsync("status")).Output.Should().Contain("1-2");
    }

    [Fact]
    public async Task Exporting_twice_changes_nothing_and_is_no_error()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve("--export", "1-2");

        var result = await machine.RunAsync("export", "1-2");

        result.Should().Be(new CommandResult(ExitCode.Success, "", "usbip-host: 1-2 \"SanDisk Ultra\" (0781:5581) was exported already.\n"));
    }

    [Fact]
    public async Task Exporting_again_what_was_mounted_since_says_where()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve("--export", "1-2");
        machine.Use = new DeviceUse("sda1 is mounted on /mnt", "umount '/mnt'");

        var result = await machine.RunAsync("export", "1-2");

        result.ExitCode.Should().Be(ExitCode.Busy);
        result.Error.Should().StartWith("usbip-host: Device 1-2 is in use on this machine: sda1 is mounted on /mnt.\n");
    }

    [Fact]
    public async Task Quiet_says_nothing_on_success_before_and_behind_the_verb()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve();

        (await machine.RunAsync("-q", "export", "1-2")).Should().Be(new CommandResult(ExitCode.Success, "", ""));
        (await machine.RunAsync("unexport", "1-2", "-q")).Should().Be(new CommandResult(ExitCode.Success, "", ""));
    }

    [Theory]
    [InlineData("unexport", "1-2")]
    [InlineData("unbind", "-b", "1-2")]
    public async Task Unexport_takes_the_device_back(params string[] arguments)
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve("--export", "1-2");

        var first = await machine.RunAsync(arguments);
        var second = await machine.RunAsync(arguments);

        first.Should().Be(new CommandResult(ExitCode.Success, "no longer exported 1-2\n", ""));
        second.Should().Be(new CommandResult(ExitCode.Success, "", "usbip-host: 1-2 was not exported.\n"));
        (await machine.RunAsync("status")).Output.Should().Contain("Nothing is exported.");
    }

    [Fact]
    public async Task With_no_daemon_running_export_becomes_it_and_says_so()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };

        machine.Start("export", "1-2", "--listen", "127.0.0.1:0");
        var status = await machine.RunAsync("status");
        var ended = await machine.StopAsync();

        status.Output.Should().Contain("1-2").And.Contain("exported");
        ended.Should().Be(new CommandResult(
            ExitCode.Success, "", "usbip-host: no daemon is running, so this command becomes it. Ctrl+C ends it.\n"));
    }

    [Fact]
    public async Task A_held_device_shows_its_holder_and_is_taken_away_only_by_force()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve("--export", "1-2");
        using var client = new RawClient(machine.Endpoint);
        client.Import("1-2");

        var list = await machine.RunAsync("list");
        var refused = await machine.RunAsync("unexport", "1-2");
        var forced = await machine.RunAsync("unexport", "--force", "1-2");

        list.Output.Should().MatchRegex("held by 127.0.0.1:[0-9]+ since ");
        refused.ExitCode.Should().Be(ExitCode.Busy);
        refused.Error.Should().StartWith("usbip-host: Device 1-2 is held by 127.0.0.1:").And.Contain("\nTry: ");
        forced.ExitCode.Should().Be(ExitCode.Success);
    }

    [Fact]
    public async Task What_the_machine_uses_itself_is_exported_only_by_force()
    {
        await using var machine = new Machine
        {
            Devices = { SampleDevices.Stick },
            Use = new DeviceUse("sda1 is mounted on /media/stick", "umount '/media/stick'"),
        };

        var refusedStart = await machine.RunAsync("export", "1-2", "--listen", "127.0.0.1:0");
        machine.Serve();
        var refused = await machine.RunAsync("export", "1-2");
        var forced = await machine.RunAsync("export", "1-2", "--force");

        refusedStart.ExitCode.Should().Be(ExitCode.Busy);
        refused.Should().Be(new CommandResult(
            ExitCode.Busy,
            "",
            "usbip-host: Device 1-2 is in use on this machine: sda1 is mounted on /media/stick.\n"
            + "Try: umount '/media/stick', or export it with --force, which takes it away as if it was unplugged\n"));
        forced.Output.Should().StartWith("exported 1-2");
        using var client = new RawClient(machine.Endpoint);
        client.Import("1-2").Should().Be(OperationStatus.Ok);
    }

    [Fact]
    public async Task A_node_that_may_not_be_written_to_is_told_at_once()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick }, MayWrite = _ => false };
        var node = machine.MakeNode(SampleDevices.Stick);

        var result = await machine.RunAsync("export", "1-2", "--listen", "127.0.0.1:0");

        result.ExitCode.Should().Be(ExitCode.Permission);
        result.Error.Should().Contain($"usbip-host: Device 1-2 cannot be exported: the daemon's user may not write to {node}.\nTry: sudo usbip-host access grant 1-2, which gives it to the service; or run the daemon as root");
    }

    [Fact]
    public async Task Without_libusb_a_real_device_cannot_be_exported()
    {
        await using var machine = new Machine
        {
            Devices = { SampleDevices.Stick },
            RequireLibrary = () => throw new UsbException(UsbFailure.BackendMissing, "libusb-1.0.so.0 is not installed.", "apt install libusb-1.0-0"),
        };
        machine.MakeNode(SampleDevices.Stick);
        machine.Serve();

        var result = await machine.RunAsync("export", "1-2");

        result.Should().Be(new CommandResult(ExitCode.Missing, "", "usbip-host: libusb-1.0.so.0 is not installed.\nTry: apt install libusb-1.0-0\n"));
    }
}
