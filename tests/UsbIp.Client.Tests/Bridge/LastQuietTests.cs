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
    }

    [Fact]
    public void What_the_ioctl_submits_meanwhile_is_given_back_and_begins_the_wait_anew()
    {
        _rig.Host.Dispose();
        _asked.Wait(Patience).Should().BeTrue();

        _rig.Kernel.SubmitIn(1, 64);
        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Shutdown);
        _unlocked.Set();

        _rig.Kernel.Receive().Should().BeNull();
        Volatile.Read(ref _asks).Should().Be(2, "a task that submitted something may have taken the lock again");
    }

    [Fact]
    public void A_driver_that_keeps_the_lock_keeps_the_plug_for_a_moment_only()
    {
        _rig.Host.Dispose();

        _rig.Kernel.Receive().Should().BeNull("a reset ends by itself");
        _unlocked.IsSet.Should().BeFalse();
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
