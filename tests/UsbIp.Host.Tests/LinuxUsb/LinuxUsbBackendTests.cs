using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Devices;
using UsbIp.Host.LibUsb;
using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.LinuxUsb;

public sealed class LinuxUsbBackendTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly LinuxUsbBackend _backend;

    public LinuxUsbBackendTests() => _backend = LibUsbBackend.Create(_sysfs.Options, NullLoggerFactory.Instance);

    public void Dispose()
    {
        _backend.Dispose();
        _sysfs.Dispose();
    }

    [Fact]
    public void A_device_that_is_not_there_is_not_found()
    {
        _backend.Find(BusId.Parse("1-1")).Should().BeNull();
        Refusal("1-1").Should().Be((UsbFailure.NotFound, "There is no device 1-1 on this machine."));
    }

    [Fact]
    public void A_hub_is_listed_but_not_served()
    {
        _sysfs.Plug("1-1", deviceClass: 9);

        _backend.ListDevices().Should().ContainSingle().Which.IsHub.Should().BeTrue();
        Refusal("1-1").Should().Be((UsbFailure.NotServable, "Device 1-1 is a hub; only the devices behind it can be exported."));
    }

    [Fact]
    public void A_device_that_came_through_usbip_is_not_served_on()
    {
        _sysfs.Plug("5-1", controller: "platform/vhci_hcd.0/usb5");

        Refusal("5-1").Should().Be((UsbFailure.NotServable, "Device 5-1 is itself attached over USB/IP; exporting it again would make a loop."));
    }

    [Fact]
    public void A_device_that_the_kernels_usbip_host_holds_is_named_as_such()
    {
        _sysfs.Plug("1-1");
        _sysfs.Bind("1-1", "usbip-host");

        var open = () => _backend.Open(BusId.Parse("1-1"));

        var refusal = open.Should().Throw<UsbException>().Which;
        (refusal.Failure, refusal.Message).Should().Be((UsbFailure.Busy, "The device 1-1 is held whole by the kernel driver usbip-host."));
        refusal.Hint.Should().Be("usbip unbind -b 1-1");
    }

    [Theory]
    [InlineData("8", 8)]
    [InlineData("16\n", 16)]
    [InlineData("many", null)]
    public void The_systems_memory_for_transfers_is_read(string content, int? megabytes)
    {
        var path = Path.Combine(_sysfs.Root, "usbfs_memory_mb");
        File.WriteAllText(path, content);

        UsbfsMemory.ReadMegabytes(path).Should().Be(megabytes);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(0, false)]
    [InlineData(8, true)]
    [InlineData(16, true)]
    [InlineData(17, false)]
    public void Too_little_memory_for_transfers_is_worth_a_sentence(int? megabytes, bool isWorth) =>
        (UsbfsMemory.Advice(megabytes) is not null).Should().Be(isWorth);

    private (UsbFailure Failure, string Message) Refusal(string busId)
    {
        var open = () => _backend.Open(BusId.Parse(busId));
        var refusal = open.Should().Throw<UsbException>().Which;
        return (refusal.Failure, refusal.Message);
    }
}
