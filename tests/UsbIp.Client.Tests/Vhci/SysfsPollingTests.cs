using UsbIp.Client.Vhci;

namespace UsbIp.Client.Tests.Vhci;

public sealed class SysfsPollingTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(8, 2)]
    [InlineData(60, 15)]
    [InlineData(5000, 20)]
    public void The_next_look_is_late_by_a_quarter_of_the_wait_at_most_and_by_20_ms(int waited, int pause) =>
        SysfsPolling.PauseAfter(TimeSpan.FromMilliseconds(waited)).Should().Be(TimeSpan.FromMilliseconds(pause));
}
