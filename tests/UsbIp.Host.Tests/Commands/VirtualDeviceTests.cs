using UsbIp.Devices;
using UsbIp.Devices.Virtual.BuiltIn;
using UsbIp.Host.Tests.Control;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Commands;

/// <summary>serve --virtual and type.</summary>
public sealed class VirtualDeviceTests
{
    [Fact]
    public async Task Virtual_devices_are_listed_and_exported_at_once()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve("--virtual", "disk:1M", "--virtual", "keyboard", "--export", "1-2");

        var lines = (await machine.RunAsync("status")).Output.TrimEnd().Split('\n');

        lines[2..].Select(line => line.Split(' ')[0]).Should().Equal("1-2", "250-1", "250-2");
        lines[2..].Should().OnlyContain(line => line.EndsWith("exported", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Virtual_devices_are_served_where_no_real_ones_can_be_reached()
    {
        await using var machine = new Machine { BackendFailure = new UsbException(UsbFailure.BackendMissing, "There is no USB here.") };

        machine.Serve("--virtual", "zero");

        machine.Log.Should().Contain("Warning: There is no USB here. Only virtual devices are served.");
        (await machine.RunAsync("list")).Output.Should().Contain("250-1").And.Contain("0525:a4a0");
    }

    [Fact]
    public async Task A_client_imports_a_virtual_device_that_export_serves_without_a_daemon()
    {
        await using var machine = new Machine();
        machine.Start("export", "--virtual", "zero", "--listen", "127.0.0.1:0");
        using var client = new RawClient(machine.Endpoint);

        client.Import("250-1").Should().Be(OperationStatus.Ok);
    }

    [Theory]
    [InlineData("floppy", "--virtual floppy: 'floppy' is not a kind of virtual device.")]
    [InlineData("disk:", "--virtual disk:: a disk needs a size or the path of an image.")]
    [InlineData("disk:12Q", "--virtual disk:12Q: '12Q' is not a size.")]
    public async Task A_spec_that_names_no_device_is_a_usage_error_and_the_daemon_does_not_start(string spec, string text)
    {
        await using var machine = new Machine();

        var result = await machine.RunAsync("serve", "--listen", "127.0.0.1:0", "--virtual", spec);

        result.ExitCode.Should().Be(ExitCode.Usage);
        result.Error.Should().StartWith($"usbip-host: {text}\nTry: ");
        File.Exists(machine.ControlPath).Should().BeFalse();
    }

    [Fact]
    public async Task Typing_on_a_keyboard_that_nobody_has_attached_says_so()
    {
        await using var machine = new Machine();
        machine.Serve("--virtual", "keyboard");

        var result = await machine.RunAsync("type", "hello");

        result.ExitCode.Should().Be(ExitCode.NotFound);
        result.Error.Should().StartWith("usbip-host: The virtual keyboard is not attached anywhere").And.Contain("\nTry: ");
    }

    [Fact]
    public async Task With_several_keyboards_one_must_be_named()
    {
        await using var machine = new Machine();
        machine.Serve("--virtual", "keyboard", "--virtual", "keyboard");

        var result = await machine.RunAsync("type", "hello");

        result.Should().Be(new CommandResult(
            ExitCode.Usage, "", "usbip-host: This daemon has 2 virtual keyboards.\nTry: --device with one of 250-1, 250-2\n"));
    }

    [Fact]
    public async Task A_text_longer_than_the_keyboard_takes_is_refused_whole()
    {
        await using var machine = new Machine();
        machine.Serve("--virtual", "keyboard");

        var result = await machine.RunAsync("type", new string('x', VirtualKeyboard.MaxWaitingCharacters + 1));

        result.ExitCode.Should().Be(ExitCode.Usage);
        result.Error.Should().StartWith("usbip-host: TEXT has 8193 characters; a virtual keyboard takes 8192 at once.");
    }
}
