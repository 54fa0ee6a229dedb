using UsbIp.Devices;
using UsbIp.Host.Tests.Control;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Commands;

/// <summary>Devices named by what they are, wherever a busid is accepted.</summary>
public sealed class SelectorTests
{
    private static readonly UsbDeviceInfo Twin = SampleDevices.Stick with { BusId = BusId.Parse("1-3"), DeviceNumber = 6 };

    [Theory]
    [InlineData("0781:5581")]
    [InlineData("serial:4c530001")]
    [InlineData("port:1-2")]
    [InlineData("class:storage")]
    [InlineData("product:\"Ul*\"")]
    public async Task A_device_is_exported_and_taken_back_by_what_it_is(string selector)
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, SampleDevices.Keyboard } };
        machine.Serve();

        var exported = await machine.RunAsync("export", selector);
        var unexported = await machine.RunAsync("unexport", selector);

        exported.Should().Be(new CommandResult(ExitCode.Success, "exported 1-2 \"SanDisk Ultra\" (0781:5581)\n", ""));
        unexported.Should().Be(new CommandResult(ExitCode.Success, $"no longer exported {selector}\n", ""));
        (await machine.RunAsync("status")).Output.Should().Contain("Nothing is exported.");
    }

    [Fact]
    public async Task A_daemon_exports_from_its_start_by_what_a_device_is()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, SampleDevices.Keyboard } };

        machine.Serve("--export", "serial:4C530001");

        (await machine.RunAsync("status")).Output.Should().Contain("1-2").And.NotContain("1-10.4");
    }

    [Fact]
    public async Task Several_devices_are_listed_and_none_is_exported()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, SampleDevices.Device("1-4", 0x0781, 0x5581) } };
        machine.Serve();

        var result = await machine.RunAsync("export", "0781:5581");

        result.Should().Be(new CommandResult(
            ExitCode.Usage,
            "",
            "usbip-host: 2 devices are '0781:5581': 1-2 (0781:5581 Ultra, serial 4C530001); 1-4 (0781:5581).\n"
            + "Try: a selector that only one of them has, such as a busid\n"));
        (await machine.RunAsync("status")).Output.Should().Contain("Nothing is exported.");
    }

    [Fact]
    public async Task A_serial_number_that_two_devices_have_is_refused_with_the_reason()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, Twin } };
        machine.Serve();

        var result = await machine.RunAsync("export", "serial:4C530001");

        result.ExitCode.Should().Be(ExitCode.Usage);
        result.Error.Should().StartWith("usbip-host: 2 devices have the serial number of 'serial:4C530001', so it names none of them: 1-2 (");
    }

    [Fact]
    public async Task Of_several_devices_the_exported_one_is_the_one_to_take_back()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick, Twin } };
        machine.Serve("--export", "1-3");

        (await machine.RunAsync("unexport", "0781:5581")).ExitCode.Should().Be(ExitCode.Success);

        (await machine.RunAsync("status")).Output.Should().Contain("Nothing is exported.");
    }

    [Fact]
    public async Task A_device_that_is_not_there_is_not_found()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve();

        var result = await machine.RunAsync("export", "serial:4C53");

        result.Should().Be(new CommandResult(
            ExitCode.NotFound, "", "usbip-host: No device of this machine is 'serial:4C53'.\nTry: usbip-host list, which shows every device\n"));
    }
}
