using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.Tests.LinuxUsb;

public sealed class DeviceCensusTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void What_was_there_from_the_start_has_not_arrived()
    {
        _sysfs.Plug("1-1");
        var census = new DeviceCensus(_sysfs.Devices);

        census.Take().Should().BeEmpty();
    }

    [Fact]
    public void A_device_has_arrived_once_the_kernel_has_set_it_up()
    {
        var census = new DeviceCensus(_sysfs.Devices);
        _sysfs.Plug("1-1", deviceNumber: 9);

        var before = census.Take();
        _sysfs.Bind("1-1", "usb");
        var after = census.Take();

        before.Should().BeEmpty();
        after.Should().ContainSingle();
        (after[0].Change.BusId.ToString(), after[0].Change.Arrived, after[0].DeviceNumber).Should().Be(("1-1", true, 9u));
        census.Take().Should().BeEmpty();
    }

    [Fact]
    public void An_unplugged_device_has_left()
    {
        _sysfs.Plug("1-1", deviceNumber: 9);
        var census = new DeviceCensus(_sysfs.Devices);
        _sysfs.Unplug("1-1");

        var changes = census.Take();

        changes.Should().ContainSingle();
        (changes[0].Change.Arrived, changes[0].DeviceNumber).Should().Be((false, 9u));
    }

    [Fact]
    public void A_device_plugged_in_anew_between_two_looks_has_left_and_arrived()
    {
        _sysfs.Plug("1-1", deviceNumber: 9);
        _sysfs.Bind("1-1", "usb");
        var census = new DeviceCensus(_sysfs.Devices);
        _sysfs.Write("1-1", "devnum", "10\n");

        var changes = census.Take();

        changes.Select(one => (one.Change.Arrived, one.DeviceNumber)).Should().Equal((false, 9u), (true, 10u));
    }
}
