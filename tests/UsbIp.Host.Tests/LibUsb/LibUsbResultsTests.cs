using UsbIp.Host.LibUsb;

namespace UsbIp.Host.Tests.LibUsb;

public sealed class LibUsbResultsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, -71)]
    [InlineData(2, -110)]
    [InlineData(3, -104)]
    [InlineData(4, -32)]
    [InlineData(5, -108)]
    [InlineData(6, -75)]
    [InlineData(99, -71)]
    public void A_transfers_status_is_answered_as_linux_would(int libusb, int errno) =>
        ((int)((LibUsbTransferStatus)libusb).ToUrbStatus()).Should().Be(errno);

    [Theory]
    [InlineData(-1, 0x81, -71)]
    [InlineData(-1, 0x80, -32)]
    [InlineData(-1, 0x00, -32)]
    [InlineData(-2, 0x81, -22)]
    [InlineData(-4, 0x81, -19)]
    [InlineData(-5, 0x81, -2)]
    [InlineData(-6, 0x81, -16)]
    [InlineData(-11, 0x81, -12)]
    [InlineData(-12, 0x81, -95)]
    [InlineData(-99, 0x81, -71)]
    public void A_refused_submit_is_answered_as_linux_would(int libusb, byte endpoint, int errno) =>
        ((int)((LibUsbError)libusb).ToSubmitStatus(endpoint)).Should().Be(errno);
}
