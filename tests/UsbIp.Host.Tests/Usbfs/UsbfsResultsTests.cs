using UsbIp.Host.Usbfs;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Usbfs;

public sealed class UsbfsResultsTests
{
    [Theory]
    [InlineData(0, UrbStatus.Ok)]
    [InlineData(-32, UrbStatus.Stall)]
    [InlineData(-84, UrbStatus.IllegalSequence)]
    [InlineData(-62, UrbStatus.TimerExpired)]
    [InlineData(-75, UrbStatus.Overflow)]
    [InlineData(-104, UrbStatus.Unlinked)]
    [InlineData(-19, UrbStatus.Shutdown)]
    [InlineData(-108, UrbStatus.Shutdown)]
    [InlineData(7, UrbStatus.ProtocolError)]
    [InlineData(int.MinValue, UrbStatus.ProtocolError)]
    public void A_client_hears_what_the_kernel_says_of_a_urb(int status, UrbStatus expected) =>
        UsbfsResults.FromUrb(status, isCancelled: false).Should().Be(expected);

    [Theory]
    [InlineData(true, UrbStatus.Unlinked)]
    [InlineData(false, UrbStatus.Shutdown)]
    public void A_killed_urb_was_unlinked_by_us_or_shut_down_by_the_kernel(bool isCancelled, UrbStatus expected) =>
        UsbfsResults.FromUrb(-2, isCancelled).Should().Be(expected);

    [Theory]
    [InlineData(2, true, UrbStatus.Stall)]
    [InlineData(2, false, UrbStatus.NoEntry)]
    [InlineData(22, true, UrbStatus.Stall)]
    [InlineData(22, false, UrbStatus.Invalid)]
    [InlineData(12, true, UrbStatus.NoMemory)]
    [InlineData(19, true, UrbStatus.NoDevice)]
    public void A_request_to_what_the_device_does_not_have_is_stalled_as_the_device_would(int errno, bool isControl, UrbStatus expected) =>
        UsbfsResults.FromSubmit(errno, isControl).Should().Be(expected);

    [Fact]
    public void A_setting_that_is_not_there_is_no_entry() => UsbfsResults.FromSetting(22).Should().Be(UrbStatus.NoEntry);
}
