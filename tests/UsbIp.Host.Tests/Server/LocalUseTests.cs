using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Server;

/// <summary>What the host's own machine uses is not taken from under it.</summary>
public sealed class LocalUseTests
{
    private static readonly DeviceUse Mounted = new("sda1 is mounted on /mnt", "umount '/mnt'");

    [Fact]
    public async Task Device_that_was_mounted_since_its_export_is_busy_until_it_is_unmounted()
    {
        await using var host = new RunningHost();
        host.Export("1-2");

        host.Backend.Use = Mounted;
        using (var early = host.Connect())
        {
            early.Import("1-2").Should().Be(OperationStatus.DeviceBusy);
        }

        host.WaitForLog("in use on this machine: sda1 is mounted on /mnt.");
        host.Backend.Use = null;
        using var late = host.Import("1-2");
    }

    [Fact]
    public async Task Exporting_a_device_again_by_force_lets_clients_take_it()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        host.Backend.Use = Mounted;

        host.Registry.Export(BusId.Parse("1-2"), force: true);

        using var client = host.Import("1-2");
    }
}
