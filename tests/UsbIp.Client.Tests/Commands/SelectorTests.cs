using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Commands;

/// <summary>A host's devices named by what they are.</summary>
public sealed class SelectorTests : IDisposable
{
    private readonly CommandRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("1234:abcd")]
    [InlineData("class:communications")]
    [InlineData("serial:0042")]
    [InlineData("product:\"Field*\"")]
    [InlineData("modem")]
    public void A_device_is_found_by_what_the_host_tells_of_it(string selector)
    {
        using var host = FakeHost.Serving([SampleDevices.Stick, Named(SampleDevices.Modem)]);

        _rig.Run("inspect", host.Address.ToString(), selector);

        host.Imported.Should().Equal("1-1.4");
        host.Connections.Should().Be(2);
    }

    [Theory]
    [InlineData("1-1.4")]
    [InlineData("port:1-1.4")]
    public void A_busid_needs_no_list(string selector)
    {
        using var host = FakeHost.Serving([SampleDevices.Modem]);

        _rig.Run("inspect", host.Address.ToString(), selector);

        host.Imported.Should().Equal("1-1.4");
        host.Connections.Should().Be(1);
    }

    [Fact]
    public void A_name_that_no_list_has_is_left_to_the_host()
    {
        using var host = FakeHost.Serving([SampleDevices.Modem]);

        _rig.Run("inspect", host.Address.ToString(), "scanner").Should().Be(ExitCode.NotFound);

        host.Imported.Should().Equal("scanner");
    }

    [Fact]
    public void A_name_that_is_not_in_the_list_of_a_host_which_lists_names_is_of_no_device()
    {
        using var host = FakeHost.Answering(DeviceList.Write([], Extensions.Watch));

        _rig.Run("inspect", host.Address.ToString(), "scanner").Should().Be(ExitCode.NotFound);

        host.Connections.Should().Be(1, "nothing is imported");
    }

    [Fact]
    public void Several_devices_are_listed_and_none_is_imported()
    {
        var twin = Named(SampleDevices.Modem) with { Device = Named(SampleDevices.Modem).Device with { BusId = BusId.Parse("1-2") } };
        using var host = FakeHost.Serving([Named(SampleDevices.Modem), twin]);

        _rig.Run("inspect", host.Address.ToString(), "serial:0042").Should().Be(ExitCode.Usage);

        _rig.Remarks.ToString().Should().Be(
            $"usbip-client: {host.Address}: 2 devices have the serial number of 'serial:0042', so it names none of them: "
            + "1-1.4 (1234:abcd Field Modem, serial 0042); 1-2 (1234:abcd Field Modem, serial 0042).\n"
            + "Try: the busid of one of them, or another selector that only one of them has.\n");
        host.Imported.Should().BeEmpty();
    }

    [Fact]
    public void A_device_that_is_not_exported_is_not_found()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick]);

        _rig.Run("attach", "-f", host.Address.ToString(), "serial:0042").Should().Be(ExitCode.NotFound);

        _rig.Remarks.ToString().Should().StartWith($"usbip-client: {host.Address} exports no device that is 'serial:0042'.\nTry: 'usbip-client list ");
    }

    [Fact]
    public void The_list_shows_what_a_host_tells()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick, Named(SampleDevices.Modem)]);

        _rig.Run("list", host.Address.ToString()).Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().Be("""
            BUSID  VID:PID    SPEED  DEVICE                       CLASS           SERIAL  ALIAS
            2-1    0781:5581  super  SanDisk Corp., Ultra         Mass Storage
            1-1.4  1234:abcd  full   unknown vendor, Field Modem  Communications  0042    modem

            """);
    }

    private static ListedDevice Named(ListedDevice device) =>
        device with { Device = device.Device with { Path = "/sys/devices/1-1.4 alias=modem serial=0042 product=\"Field Modem\"" } };
}
