using System.Text.Json;
using UsbIp.Devices;
using UsbIp.Host.Control;
using UsbIp.Host.Tests.Control;

namespace UsbIp.Host.Tests.Commands;

/// <summary>usbip-host list and status, as a user and as a script see them.</summary>
public sealed class ListCommandTests
{
    [Fact]
    public async Task Without_a_daemon_list_shows_the_devices_by_itself_and_says_so()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Keyboard, SampleDevices.Hub, SampleDevices.Stick } };

        var result = await machine.RunAsync("list");

        result.ExitCode.Should().Be(ExitCode.Success);
        var lines = result.Output.TrimEnd().Split('\n');
        lines.Should().HaveCount(3, "the hub is left out");
        lines[0].Should().MatchRegex("^BUSID   VID:PID    DEVICE +SERIAL    SPEED       CLASS         DRIVER       STATE$");
        lines[1].Should().MatchRegex("^1-2     0781:5581  SanDisk Ultra +4C530001  5 Gbit/s    Mass Storage  usb-storage$");
        lines[2].Should().MatchRegex("^1-10.4  046d:c31c  .+ +1.5 Mbit/s  HID, Audio    usbhid$");
        result.Error.Should().Be(
            "usbip-host: no daemon is running, so nothing is exported. Start one: usbip-host serve, or usbip-host export BUSID\n");
    }

    [Fact]
    public async Task Without_a_daemon_list_shows_the_names_that_the_configuration_gives()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Keyboard, SampleDevices.Stick } };
        await machine.RunAsync("alias", "backup", "serial:4C530001");

        var result = await machine.RunAsync("list");
        File.WriteAllText(machine.ConfigurationPath, "aliases: [");
        var broken = await machine.RunAsync("list");

        result.Output.Should().MatchRegex("1-2 .* usb-storage +backup");
        broken.Output.Should().Contain("1-2").And.NotContain("backup");
        broken.Error.Should().Contain($"the configuration {machine.ConfigurationPath} does not hold, so its names are not shown: line ");
    }

    [Fact]
    public async Task All_shows_hubs_too()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Hub } };

        (await machine.RunAsync("list")).Output.Should().Be("No USB devices other than hubs.\n");
        (await machine.RunAsync("list", "--all")).Output.Should().Contain("1d6b:0002").And.Contain("Hub");
    }

    [Fact]
    public async Task Json_has_the_documented_shape()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };

        var result = await machine.RunAsync("list", "--json");

        result.Output.Should().Be(
            """
            {
              "schema": "usbip-host/1",
              "daemon": null,
              "devices": [
                {
                  "busId": "1-2",
                  "vendorId": "0781",
                  "productId": "5581",
                  "vendor": "SanDisk",
                  "product": "Ultra",
                  "serial": "4C530001",
                  "speed": "super",
                  "classes": [
                    "Mass Storage"
                  ],
                  "drivers": [
                    "usb-storage"
                  ],
                  "aliases": [],
                  "hub": false,
                  "exported": false,
                  "holder": null,
                  "waiting": 0,
                  "deniedNode": null
                }
              ]
            }

            """);
        result.Error.Should().BeEmpty();
    }

    [Fact]
    public async Task With_a_daemon_list_shows_what_is_exported()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, SampleDevices.Keyboard } };
        machine.Serve("--export", "1-2");

        var result = await machine.RunAsync("list");

        var lines = result.Output.TrimEnd().Split('\n');
        lines[1].Should().StartWith("1-2").And.EndWith("exported");
        lines[2].Should().StartWith("1-10.4").And.EndWith("usbhid");
        result.Error.Should().BeEmpty();
    }

    [Theory]
    [InlineData("list")]
    [InlineData("list", "--json")]
    public async Task Beside_a_daemon_that_refuses_this_user_list_looks_by_itself_and_says_so(params string[] arguments)
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        using var daemon = ControlSocketFile.Claim(machine.ControlPath);
        var refusing = Task.Run(async () =>
        {
            using var peer = await daemon.Socket.AcceptAsync();
            await peer.ReceiveAsync(new byte[ControlRecords.ReceiveSize]);
            var refusal = new ErrorBody((int)ExitCode.Permission, "User 1000 may not control this daemon.", "sudo");
            foreach (var record in ControlRecords.Write(ControlKind.Error, ControlOpcode.Hello, 1, refusal, ControlJson.Default.ErrorBody))
            {
                await peer.SendAsync(record);
            }
        });

        var result = await machine.RunAsync(arguments);

        await refusing;
        result.ExitCode.Should().Be(ExitCode.Success);
        result.Output.Should().Contain("1-2").And.Contain("0781").And.Contain("usb-storage");
        result.Error.Should().Be(
            "usbip-host: what is exported, and to whom, is not shown: User 1000 may not control this daemon. Try: sudo\n");
    }

    [Fact]
    public async Task Status_shows_the_daemon_and_only_what_it_exports()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, SampleDevices.Keyboard } };
        machine.Serve("--export", "1-2");

        var text = (await machine.RunAsync("status")).Output;
        var json = JsonDocument.Parse((await machine.RunAsync("status", "--json")).Output).RootElement;

        text.Should().MatchRegex("^usbip-host [0-9.]+, process [0-9]+, since [0-9: -]+, listening on 127.0.0.1:[0-9]+\n").And.NotContain("1-10.4");
        json.GetProperty("daemon").GetProperty("processId").GetInt32().Should().Be(Environment.ProcessId);
        json.GetProperty("devices").EnumerateArray().Select(device => device.GetProperty("busId").GetString()).Should().Equal("1-2");
    }

    [Fact]
    public async Task What_a_device_calls_itself_cannot_command_the_terminal()
    {
        var rogue = SampleDevices.Stick with { Manufacturer = null, Product = "a\u001b[2Jb\r\nc\u202ed", SerialNumber = "[red]x" };
        await using var machine = new Machine { Devices = { rogue } };

        var piped = (await machine.RunAsync("list")).Output;
        machine.IsTerminal = true;
        var terminal = (await machine.RunAsync("list")).Output;

        piped.Should().Contain("a?[2Jb??c?d").And.NotContain("\u001b").And.NotContain("\u202e");
        terminal.Should().Contain("BUSID").And.Contain("1-2").And.NotContain("\u001b[2J");
    }

    [Fact]
    public async Task Where_devices_cannot_be_reached_list_says_why_and_what_to_try()
    {
        await using var machine = new Machine { BackendFailure = new UsbException(UsbFailure.BackendMissing, "libusb is not installed.", "apt install libusb-1.0-0") };

        var result = await machine.RunAsync("list");

        result.Should().Be(new CommandResult(ExitCode.Missing, "", "usbip-host: libusb is not installed.\nTry: apt install libusb-1.0-0\n"));
    }
}
