using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client.Bridge;
using UsbIp.Client.Commands;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Commands;

public sealed class AttachmentTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly CommandRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_device_whose_host_has_gone_is_unplugged_once_the_kernel_shows_that_nobody_has_its_lock()
    {
        using var leaving = new ManualResetEventSlim();
        using var host = FakeHost.Serving([SampleDevices.Stick], (_, _) => leaving.Wait(Patience));
        using var attachment = Attachment.Open(
            _rig.Settings, host.Address, BusId.Parse("2-1"), NullLogger.Instance, readAhead: false, CancellationToken.None);
        var attribute = LockAttribute(_rig.Settings.Driver.ReadPort(attachment.Port).LocalBusId);

        leaving.Set();
        await using (await OpenWhenReadAsync(attribute)) // as the kernel's end of the attribute: nothing comes while the lock is taken
        {
            attachment.End.Should().BeNull("the lock is taken");
        }

        attachment.WaitForEnd(CancellationToken.None).Kind.Should().Be(BridgeEndKind.HostClosed);
    }

    private string LockAttribute(string busId)
    {
        var path = Path.Combine(_rig.Kernel.Sysfs, "bus/usb/devices", busId, "bConfigurationValue");
        Fifo.Make(path);
        return path;
    }

    /// <summary>Opening a fifo's writing end takes until somebody reads.</summary>
    private static Task<FileStream> OpenWhenReadAsync(string fifo) =>
        Task.Run(() => new FileStream(fifo, FileMode.Open, FileAccess.Write)).WaitAsync(Patience);
}
