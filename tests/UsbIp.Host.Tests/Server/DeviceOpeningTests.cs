using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Devices;
using UsbIp.Host.Configuration;
using UsbIp.Host.Server;
using UsbIp.Host.Tests.Control;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Server;

/// <summary>A device that was plugged in a moment ago, and whose node udev has not given to the daemon yet.</summary>
public sealed class DeviceOpeningTests
{
    private static readonly UsbException Denied = new(UsbFailure.AccessDenied, "no permission");

    private readonly ManualTime _time = new();
    private readonly LeaseSlot _slot = new();
    private int _tries;

    [Fact]
    public void It_is_opened_as_soon_as_udev_lets_it_be()
    {
        using var backend = new ScriptedBackend();
        var device = backend.Add("1-2");
        _slot.Plug(_time);

        var opened = Open(() => _tries < 3 ? throw Denied : device);

        opened.Should().BeSameAs(device);
        _time.GetTimestamp().Should().Be(2 * DeviceOpening.Pause.Ticks);
    }

    [Fact]
    public void It_is_refused_when_udev_has_had_its_time()
    {
        _slot.Plug(_time);

        var open = () => Open(() => throw Denied);

        open.Should().Throw<UsbException>().Which.Should().BeSameAs(Denied);
        _time.GetTimestamp().Should().Be(DeviceOpening.Settling.Ticks);
    }

    [Fact]
    public void Another_reason_is_told_at_once()
    {
        _slot.Plug(_time);

        var open = () => Open(() => throw new UsbException(UsbFailure.Busy, "adb has it"));

        open.Should().Throw<UsbException>();
        _tries.Should().Be(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_device_that_is_there_for_long_is_tried_once(bool wasSeenComing)
    {
        if (wasSeenComing)
        {
            _slot.Plug(_time);
            _time.Advance(DeviceOpening.Settling);
        }

        var open = () => Open(() => throw Denied);

        open.Should().Throw<UsbException>();
        _tries.Should().Be(1);
    }

    [Fact]
    public async Task A_client_that_comes_with_the_event_gets_the_device()
    {
        using var backend = new ScriptedBackend { OpenFailure = Denied };
        using var stop = new CancellationTokenSource();
        var registry = new DeviceRegistry([backend], NullLoggerFactory.Instance, _time);
        registry.Apply(ConfigurationReader.Read("rules: [{allow: class:storage}]"));
        var watching = registry.WatchAsync(stop.Token);
        backend.Plug(SampleDevices.Stick);
        Eventually.Holds(() => registry.Counts.Exported == 1, "the rule to export the stick");

        DeviceLease? lease = null;
        var leasing = OwnThread.Run(() => registry.TryLease(BusId.Parse("1-2"), new RemoteClient("client", null), out lease));
        Eventually.Holds(() => backend.Opens > 0, "the first try");
        backend.OpenFailure = null;
        Eventually.Holds(
            () =>
            {
                if (_time.UntilNext <= DeviceOpening.Pause)
                {
                    _time.Advance(DeviceOpening.Pause); // it waits for that; before it does, its time must not run out
                }

                return leasing.IsCompleted;
            },
            "the next try");

        (await leasing).Should().Be(OperationStatus.Ok);
        lease!.Release(Task.CompletedTask).Should().BeTrue();
        await stop.CancelAsync();
        await watching;
    }

    private IUsbDevice Open(Func<IUsbDevice> open) => DeviceOpening.OpenWhenSettled(
        () =>
        {
            _tries++;
            return open();
        },
        _slot,
        _time,
        _time.Advance);
}
