using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Host.Server;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Server;

public sealed class DeviceRegistryTests
{
    private static readonly BusId Device = BusId.Parse("1-2");

    [Fact]
    public void Open_that_ends_in_any_exception_leaves_the_device_for_the_next_client()
    {
        using var backend = new ScriptedBackend();
        backend.Add("1-2");
        var registry = new DeviceRegistry([backend], NullLoggerFactory.Instance);
        registry.Export(Device);
        var lease = () => registry.TryLease(Device, new RemoteClient("client", null), out _);

        backend.OpenFailure = new IOException("No space left on device");
        lease.Should().Throw<IOException>();
        backend.OpenFailure = null;

        lease().Should().Be(OperationStatus.Ok);
    }

    [Fact]
    public void List_for_clients_asks_for_exported_devices_only()
    {
        using var backend = new ScriptedBackend();
        backend.Add("1-2");
        backend.Add("1-3");
        var registry = new DeviceRegistry([backend], NullLoggerFactory.Instance);
        registry.Export(Device);

        registry.ListFor(null).Should().ContainSingle().Which.Device.BusId.Should().Be(Device);

        backend.Listings.Should().Be(0, "a device that is nobody's business may hang");
    }
}
