using UsbIp.Client.Commands;

namespace UsbIp.Client.Tests.Commands;

public sealed class StopSignalsTests
{
    [Fact]
    public void Whoever_cancels_too_late_does_no_harm()
    {
        var stop = new StopSignals();
        stop.Dispose();

        var cancel = stop.Cancel;

        cancel.Should().NotThrow("the thread of a leash ends when it likes");
    }
}
