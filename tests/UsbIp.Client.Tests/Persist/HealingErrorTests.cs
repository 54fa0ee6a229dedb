using UsbIp.Client.Remote;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Persist;

/// <summary>Errors with numbers of their own that time may heal all the same.</summary>
public sealed class HealingErrorTests : IDisposable
{
    private readonly KeepingRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(OperationStatus.NotAvailable, "request failed (ST_NA)")]
    [InlineData(OperationStatus.DeviceError, "device in error state (ST_DEV_ERR)")]
    [InlineData((OperationStatus)77, "unknown status 77")]
    public async Task A_device_that_the_host_refuses_is_asked_for_again(OperationStatus status, string reason)
    {
        using var host = FakeHost.Refusing(status);

        _rig.Keep(host.Address);
        _rig.Next().WaitsFor.Should().Contain(reason);
        _rig.Next().WaitsFor.Should().Contain(reason, "it is tried again");
        await _rig.StopAsync();

        (await _rig.End).Should().Be(ExitCode.Success);
    }

    [Fact]
    public async Task A_host_whose_name_does_not_resolve_yet_is_looked_for_again()
    {
        _rig.Keep(new HostAddress("no-such-host.invalid"));
        _rig.Next().WaitsFor.Should().Contain("does not resolve");
        _rig.Next().WaitsFor.Should().Contain("does not resolve", "it is tried again");
        await _rig.StopAsync();

        (await _rig.End).Should().Be(ExitCode.Success);
    }
}
