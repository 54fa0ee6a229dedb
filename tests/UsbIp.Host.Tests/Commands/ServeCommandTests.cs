using System.Net;
using System.Net.Sockets;
using UsbIp.Host.Commands;
using UsbIp.Host.Tests.Control;

namespace UsbIp.Host.Tests.Commands;

public sealed class ServeCommandTests
{
    [Fact]
    public async Task The_daemon_ends_cleanly_and_says_what_it_does()
    {
        await using var machine = new Machine();
        machine.Serve();

        var result = await machine.StopAsync();

        result.Should().Be(new CommandResult(ExitCode.Success, "", ""));
        machine.Log.Should().ContainInConsecutiveOrder(
            "Information: ending: sessions are closed and devices go back to their kernel drivers", "Information: ended; every device is back");
        File.Exists(machine.ControlPath).Should().BeFalse();
    }

    [Fact]
    public async Task An_ending_is_said_before_anything_ends_however_fast_it_goes()
    {
        for (var round = 0; round < 100; round++) // loops that ended first kept it from being said, about once in so many
        {
            await using var machine = new Machine();
            machine.Serve();

            await machine.StopAsync();

            machine.Log.TakeLast(2).Should().SatisfyRespectively(
                line => line.Should().StartWith("Information: ending:"), line => line.Should().StartWith("Information: ended;"));
        }
    }

    [Fact]
    public async Task Listening_for_other_machines_is_warned_of_and_loopback_is_not()
    {
        await using var local = new Machine();
        await using var open = new Machine();

        local.Start("serve", "--listen", "127.0.0.1:0");
        open.Start("serve", "--listen", "0.0.0.0:0");

        local.Log.Should().NotContain(line => line.Contains("PLAINTEXT", StringComparison.Ordinal));
        open.Log.Should().Contain(line => line.StartsWith("Warning: PLAINTEXT: 0.0.0.0:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(BackendKind.LibUsb)]
    [InlineData(BackendKind.LibUsb, "--backend", "libusb")]
    [InlineData(BackendKind.Usbfs, "--backend", "usbfs")]
    public async Task Data_moves_the_way_that_was_asked_for(BackendKind expected, params string[] options)
    {
        await using var machine = new Machine();

        machine.Start(["serve", "--listen", "127.0.0.1:0", .. options]);

        machine.Backend.Should().Be(expected);
    }

    [Fact]
    public async Task A_taken_port_is_told_with_another_one_to_try()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };

        var result = await machine.RunAsync("serve", "--listen", $"127.0.0.1:{port}", "--export", "1-2");

        result.ExitCode.Should().Be(ExitCode.Busy);
        result.Error.Should().StartWith($"usbip-host: Port {port} of 127.0.0.1 is taken by another program.\nTry: --listen 127.0.0.1:{port + 1}");
        machine.Log.Should().NotContain(line => line.Contains("exported", StringComparison.Ordinal));
        File.Exists(machine.ControlPath).Should().BeFalse("nothing is left of the daemon");
    }

    [Fact]
    public async Task An_address_of_another_machine_cannot_be_listened_on()
    {
        await using var machine = new Machine();

        var result = await machine.RunAsync("serve", "--listen", "192.0.2.1:0");

        result.ExitCode.Should().Be(ExitCode.Network);
        result.Error.Should().Contain("192.0.2.1 is no address of this machine.");
    }

    [Fact]
    public async Task A_second_daemon_is_told_that_one_runs()
    {
        await using var machine = new Machine();
        machine.Serve();

        var result = await machine.RunAsync("serve", "--listen", "127.0.0.1:0");

        result.ExitCode.Should().Be(ExitCode.AlreadyRunning);
        result.Error.Should().StartWith("usbip-host: A daemon is already running");
    }

    [Fact]
    public async Task A_device_to_export_that_is_not_there_keeps_the_daemon_from_starting()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };

        var result = await machine.RunAsync("serve", "--listen", "127.0.0.1:0", "--export", "1-3");

        result.ExitCode.Should().Be(ExitCode.NotFound);
        result.Error.Should().Be("usbip-host: There is no device 1-3 on this machine.\nTry: usbip-host list, which shows the devices that there are\n");
    }
}
