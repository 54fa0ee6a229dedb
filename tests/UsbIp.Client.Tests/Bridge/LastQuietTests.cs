using UsbIp.Client.Bridge;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>When the plug is pulled: not while a task works with the device under the lock that an unplug needs, nor much later.</summary>
[Collection(Standstill.Alone)]
public sealed class LastQuietTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ManualResetEventSlim _asked = new();
    private readonly ManualResetEventSlim _unlocked = new();
    private readonly BridgeRig _rig;
    private int _asks;

    public LastQuietTests() => _rig = new BridgeRig(new BridgeOptions(ReadAhead: false) { AwaitUnlocked = AwaitUnlocked });

    public void Dispose()
    {
        _unlocked.Set();
        _rig.Dispose();
        _asked.Dispose();
        _unlocked.Dispose();
    }

    [Fact]
    public void An_ioctl_that_holds_the_devices_lock_ends_before_the_plug_is_pulled()
    {
        _rig.Host.Dispose();
        _asked.Wait(Patience).Should().BeTrue();

        _rig.Kernel.Poll(BridgeLimits.UnplugDelay * 2).Should().BeFalse("the ioctl has the lock");
        _unlocked.Set();

        _rig.Kernel.Receive().Should().BeNull("it has ended");
        Volatile.Read(ref _asks).Should().BeGreaterThanOrEqualTo(2, "its program may have begun another at once");
    }

    [Fact]
    public void What_the_ioctl_submits_meanwhile_is_given_back()
    {
        _rig.Host.Dispose();
        _asked.Wait(Patience).Should().BeTrue();

        _rig.Kernel.SubmitIn(1, 64);
        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Shutdown);
        _rig.Kernel.Poll(BridgeLimits.UnplugDelay * 2).Should().BeFalse("it still has the lock");
        _unlocked.Set();

        _rig.Kernel.Receive().Should().BeNull();
    }

    [Fact]
    public void A_driver_that_resets_the_device_under_its_lock_sees_the_port_unplugged_before_its_next_request()
    {
        _rig.Host.Dispose();
        _asked.Wait(Patience).Should().BeTrue();

        _rig.Kernel.SubmitIn(0, 64, new SetupPacket(0x80, 6, 0x0100, 0, 64));
        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Shutdown);

        _rig.Kernel.Receive().Should().BeNull();
        Volatile.Read(ref _asks).Should().Be(1, "it keeps the lock for seconds");
    }

    [Fact]
    public void A_task_that_never_gives_the_lock_back_does_not_keep_the_plug_for_ever()
    {
        _rig.Host.Dispose();

        _rig.Kernel.Receive().Should().BeNull();
        Volatile.Read(ref _asks).Should().Be(1);
    }

    [Fact]
    public void A_machine_that_cannot_tell_who_has_the_lock_unplugs_as_well()
    {
        using var rig = new BridgeRig(new BridgeOptions(ReadAhead: false) { AwaitUnlocked = () => throw new UnauthorizedAccessException() });

        rig.Host.Dispose();

        rig.Kernel.Receive().Should().BeNull();
        rig.End().Kind.Should().Be(BridgeEndKind.HostClosed);
    }

    [Fact]
    public void A_machine_whose_processors_are_kept_busy_looks_who_has_the_lock_all_the_same()
    {
        using var load = new BusyProcessors(programs: 3);

        _rig.Host.Dispose();

        _asked.Wait(Patience).Should().BeTrue();
    }

    [Fact]
    public void Nobody_waits_for_the_lock_once_the_kernel_has_ended_the_session()
    {
        _rig.Kernel.Dispose();

        _rig.End().Kind.Should().Be(BridgeEndKind.KernelDetached);
        Volatile.Read(ref _asks).Should().Be(0);
    }

    private void AwaitUnlocked()
    {
        Interlocked.Increment(ref _asks);
        _asked.Set();
        _unlocked.Wait(Patience);
    }
}
