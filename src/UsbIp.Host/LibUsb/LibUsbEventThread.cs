using Microsoft.Extensions.Logging;
using UsbIp.Devices;

namespace UsbIp.Host.LibUsb;

/// <summary>
/// The libusb context and the one thread that runs it, for all devices. Callbacks only note what completed; after each pass through libusb
/// it is handed to the devices' sinks, and every sink touched hears that nothing more is at hand. Started by the constructor; Dispose stops
/// it and frees the context, after every device has been closed.
/// </summary>
internal sealed unsafe class LibUsbEventThread : IDisposable
{
    /// <summary>An idle thread wakes this often, for nothing; completions and calls wake it at once.</summary>
    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(60);

    /// <summary>While transfers wait for usbfs memory, which other programs may hold and free without our hearing of it.</summary>
    private static readonly TimeSpan StarvedWait = TimeSpan.FromMilliseconds(5);

    private readonly nint _context;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stop = new();

    // Touched by the event thread alone.
    private readonly List<LibUsbTransfer> _completed = new(256);
    private readonly List<LibUsbTransfer> _ended = [];
    private readonly List<LibUsbDevice> _touched = [];
    private readonly List<SubmitQueue> _retrying = [];

    private readonly Lock _gate = new();
    private readonly List<SubmitQueue> _starved = [];

    public LibUsbEventThread(ILogger logger)
    {
        _logger = logger;
        _context = CreateContext();
        _thread = new Thread(Run) { Name = "libusb events", IsBackground = true };
        _thread.Start();
    }

    /// <summary>libusb_context of every device opened through this thread.</summary>
    public nint Context => _context;

    /// <summary>From the callback, inside libusb.</summary>
    public void Collect(LibUsbTransfer transfer) => _completed.Add(transfer);

    /// <summary>A queue has begun to wait for usbfs memory.</summary>
    public void Starved(SubmitQueue queue)
    {
        lock (_gate)
        {
            _starved.Add(queue);
        }

        LibUsbNative.InterruptEventHandler(_context);
    }

    /// <summary>A queue waits no more.</summary>
    public void Satisfied(SubmitQueue queue)
    {
        lock (_gate)
        {
            _starved.Remove(queue);
        }
    }

    public void Dispose()
    {
        _stop.Set();
        LibUsbNative.InterruptEventHandler(_context);
        _thread.Join();
        LibUsbNative.Exit(_context);
        _stop.Dispose();
    }

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

    private void Run()
    {
        var lastError = LibUsbError.Success;
        while (!_stop.IsSet)
        {
            var wait = IsStarving() ? StarvedWait : IdleWait;
            var timeout = new NativeTimeValue { Seconds = (nint)wait.TotalSeconds, Microseconds = wait.Milliseconds * 1000 };
            var error = LibUsbNative.HandleEventsTimeoutCompleted(_context, &timeout, null);
            if (error is not (LibUsbError.Success or LibUsbError.Interrupted))
            {
                if (error != lastError)
                {
                    Log.EventsFailed(_logger, error);
                }

                _stop.Wait(StarvedWait); // keeps a lasting error from taking a whole core
            }

            lastError = error;
            Deliver();
        }
    }

    private void Deliver()
    {
        foreach (var transfer in _completed)
        {
            transfer.ReadResult();
            Finish(transfer);
        }

        _completed.Clear();
        Retry();
        foreach (var device in _touched)
        {
            device.FinishPass();
        }

        _touched.Clear();
    }

    private void Finish(LibUsbTransfer transfer)
    {
        // A handful of devices at most: a search is cheaper than a set.
        var device = transfer.Device;
        if (!_touched.Contains(device))
        {
            _touched.Add(device);
        }

        device.Finish(transfer.Transfer);
    }

    private void Retry()
    {
        lock (_gate)
        {
            _retrying.AddRange(_starved);
        }

        foreach (var queue in _retrying)
        {
            queue.Retry(_ended);
        }

        _retrying.Clear();
        foreach (var transfer in _ended)
        {
            Finish(transfer);
        }

        _ended.Clear();
    }

    private bool IsStarving()
    {
        lock (_gate)
        {
            return _starved.Count > 0;
        }
    }
}
