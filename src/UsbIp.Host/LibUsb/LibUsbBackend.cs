using Microsoft.Extensions.Logging;
using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.LibUsb;

/// <summary>The machine's own devices, their data moved by libusb, which is loaded when the first of them is opened.</summary>
public static class LibUsbBackend
{
    public static LinuxUsbBackend Create(LinuxUsbOptions options, ILoggerFactory loggers) =>
        new(options, logger => new LibUsbEventThread(logger), loggers.CreateLogger(typeof(LibUsbBackend)));
}
