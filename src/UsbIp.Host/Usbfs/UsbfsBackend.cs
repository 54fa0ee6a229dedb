using Microsoft.Extensions.Logging;
using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.Usbfs;

/// <summary>The machine's own devices, their data moved by the kernel's usbfs without a library in between.</summary>
public static class UsbfsBackend
{
    public static LinuxUsbBackend Create(LinuxUsbOptions options, ILoggerFactory loggers) =>
        new(options, logger => new UsbfsEventThread(options.SplitBulk, logger), loggers.CreateLogger(typeof(UsbfsBackend)));
}
