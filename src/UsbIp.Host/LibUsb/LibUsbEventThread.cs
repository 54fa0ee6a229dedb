using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.LibUsb;

/// <summary>The libusb context and the one thread that runs it, for all devices. Callbacks only note what completed.</summary>
internal sealed unsafe class LibUsbEventThread : CompletionThread
{
    private readonly nint _context;
    private readonly ILogger _logger;
    private LibUsbError _lastError;

    /// <exception cref="UsbException">libusb is missing, too old, or does not start.</exception>
    public LibUsbEventThread(ILogger logger)
        : base("libusb events")
    {
        _logger = logger;
        _context = CreateContext();
        Start();
    }

    public override DeviceHandle Open(UsbDeviceInfo device, UsbfsNode node)
    {
        var error = LibUsbNative.WrapSysDevice(_context, node.Descriptor, out var handle);
        return error == LibUsbError.Success
            ? new LibUsbHandle(handle, this)
            : throw new UsbException(UsbFailure.Other, $"libusb does not take the device {device.BusId} ({node.Path}): {error}.");
    }

    protected override bool TryWait(TimeSpan longest)
    {
        var timeout = new NativeTimeValue { Seconds = (nint)longest.TotalSeconds, Microseconds = longest.Milliseconds * 1000 };
        var error = LibUsbNative.HandleEventsTimeoutCompleted(_context, &timeout, null);
        var isGood = error is LibUsbError.Success or LibUsbError.Interrupted;
        if (!isGood && error != _lastError)
        {
            Log.EventsFailed(_logger, error);
        }

        _lastError = error;
        return isGood;
    }

    protected override void Interrupt() => LibUsbNative.InterruptEventHandler(_context);

    protected override void Close() => LibUsbNative.Exit(_context);

    private static nint CreateContext()
    {
        LibUsbLibrary.Require();
        LibUsbNative.SetOption(0, LibUsbNative.OptionNoDeviceDiscovery);
        var error = LibUsbNative.Init(out var context);
        return error == LibUsbError.Success
            ? context
            : throw new UsbException(
                UsbFailure.BackendMissing,
                $"libusb does not start on this machine (libusb_init: {error}).",
                "check that the kernel has USB and that /dev/bus/usb is there; a container needs it passed in");
    }
}
