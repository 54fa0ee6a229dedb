using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Host.Server;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;
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
    public void A_device_that_is_exported_anew_while_a_client_still_has_it_is_busy_until_that_client_has_given_it_back()
    {
        using var backend = new ScriptedBackend();
        backend.Add("1-2");
        var registry = new DeviceRegistry([backend], NullLoggerFactory.Instance);
        registry.Export(Device);
        registry.TryLease(Device, new RemoteClient("first", null), out var first).Should().Be(OperationStatus.Ok);

        registry.Unexport(Device, force: true);
        registry.Export(Device);

        registry.TryLease(Device, new RemoteClient("second", null), out _).Should().Be(OperationStatus.DeviceBusy);
        first!.Release(Task.CompletedTask);
        registry.TryLease(Device, new RemoteClient("second", null), out var second).Should().Be(OperationStatus.Ok);
        second!.Release(Task.CompletedTask);
    }

    [Fact]
    public async Task What_is_told_of_a_device_whose_export_has_ended_does_not_call_it_exported()
    {
        using var backend = new ScriptedBackend();
        backend.Add("1-2");
        var registry = new DeviceRegistry([backend], NullLoggerFactory.Instance);
        registry.Export(Device);
        registry.TryLease(Device, new RemoteClient("client", null), out var lease);
        using var watcher = registry.Events.Watch();

        registry.Unexport(Device, force: true);
        lease!.Release(Task.CompletedTask);

        foreach (var kind in new[] { DeviceEventKind.Unexported, DeviceEventKind.Released })
        {
            var (what, _) = await watcher.ReadAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
            what!.Kind.Should().Be(kind);
            what.IsExported.Should().BeFalse();
        }
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
