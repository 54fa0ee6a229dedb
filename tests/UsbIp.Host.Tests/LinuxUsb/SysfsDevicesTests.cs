using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.LinuxUsb;

public sealed class SysfsDevicesTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void A_machine_without_usb_has_no_devices()
    {
        var devices = new SysfsDevices("/nonexistent/usb/devices");

        devices.List().Should().BeEmpty();
    }

    [Fact]
    public void A_device_is_listed_under_the_kernels_name_with_what_it_says_of_itself()
    {
        _sysfs.Plug("1-2.3", deviceNumber: 7);
        _sysfs.Write("1-2.3", "manufacturer", "Kingston\n");
        _sysfs.Write("1-2.3", "product", "DataTraveler\n");
        _sysfs.Write("1-2.3", "serial", "0123\n");
        _sysfs.AddInterface("1-2.3", 0, "usb-storage");

        var device = _sysfs.Devices.List().Should().ContainSingle().Subject;

        device.BusId.ToString().Should().Be("1-2.3");
        (device.BusNumber, device.DeviceNumber, device.Speed).Should().Be((1u, 7u, UsbSpeed.Full));
        (device.Descriptor.VendorId, device.Descriptor.ProductId).Should().Be(((ushort)0x0951, (ushort)0x1666));
        (device.Manufacturer, device.Product, device.SerialNumber).Should().Be(("Kingston", "DataTraveler", "0123"));
        device.Drivers.Should().Equal("usb-storage");
        device.Active!.AlternateSettings.Should().ContainSingle().Which.Endpoints.Should().ContainSingle();
        device.IsRemote.Should().BeFalse();
    }

    [Fact]
    public void Interfaces_are_no_devices_and_their_numbers_may_have_gaps()
    {
        _sysfs.Plug("1-1");
        _sysfs.AddInterface("1-1", 3, "cdc_acm");
        _sysfs.AddInterface("1-1", 0);
        _sysfs.AddInterface("1-10", 1, "another device's");

        var interfaces = _sysfs.Devices.Interfaces("1-1");

        interfaces.Should().Equal(new BoundInterface("1-1:1.0", 0, null), new BoundInterface("1-1:1.3", 3, "cdc_acm"));
        _sysfs.Devices.List().Should().ContainSingle();
    }

    [Fact]
    public void An_unconfigured_device_is_listed_with_configuration_0()
    {
        _sysfs.Plug("1-1");
        _sysfs.Write("1-1", "bConfigurationValue", "\n");

        var device = _sysfs.Devices.Read("1-1")!;

        device.ActiveConfiguration.Should().Be(0);
        device.Active.Should().BeNull();
    }

    [Fact]
    public void A_device_that_is_attached_through_usbip_is_known_by_its_controller()
    {
        _sysfs.Plug("5-1", controller: "platform/vhci_hcd.0/usb5");

        _sysfs.Devices.Read("5-1")!.IsRemote.Should().BeTrue();
    }

    [Fact]
    public void Strings_of_a_device_cannot_give_orders_to_a_terminal()
    {
        _sysfs.Plug("1-1");
        _sysfs.Write("1-1", "product", "\u001b[31mred\u0007\nline\n");

        _sysfs.Devices.Read("1-1")!.Product.Should().Be("?[31mred??line");
    }

    [Theory]
    [InlineData("1.5", UsbSpeed.Low)]
    [InlineData("12", UsbSpeed.Full)]
    [InlineData("480", UsbSpeed.High)]
    [InlineData("5000", UsbSpeed.Super)]
    [InlineData("10000", UsbSpeed.Super)]
    [InlineData("20000", UsbSpeed.Super)]
    [InlineData("unknown", UsbSpeed.Unknown)]
    [InlineData(null, UsbSpeed.Unknown)]
    public void Speeds_are_published_as_vhci_takes_them(string? megabits, UsbSpeed speed) =>
        SysfsDevices.ParseSpeed(megabits).Should().Be(speed);

    [Fact]
    public void A_device_that_vanishes_while_it_is_read_is_left_out()
    {
        _sysfs.Plug("1-1");
        _sysfs.Plug("1-2");
        File.Delete(Path.Combine(_sysfs.Root, "1-1", "descriptors"));

        _sysfs.Devices.List().Should().ContainSingle().Which.BusId.ToString().Should().Be("1-2");
    }

    [Fact]
    public async Task A_device_that_vanishes_behind_its_last_attribute_is_not_there()
    {
        _sysfs.Plug("1-1");
        var serial = Path.Combine(_sysfs.Root, "1-1", "serial");
        Fifo.Make(serial);

        var read = Task.Run(() => _sysfs.Devices.Read("1-1"));
        await using (new FileStream(serial, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) // opens once the reader is there, which waits until it is closed
        {
            _sysfs.Unplug("1-1");
        }

        (await read).Should().BeNull();
    }
}
