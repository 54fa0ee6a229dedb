using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol;

namespace UsbIp.Host.LibUsb;

/// <summary>
/// The machine's own devices. They are listed and watched through sysfs and the kernel's events, which need no rights, no udevd and no
/// libusb; libusb is loaded when the first device is opened and moves the data. Safe for use by several threads. Dispose after all devices.
/// </summary>
public sealed class LibUsbBackend : IUsbBackend
{
    /// <summary>Changes that nobody has read; a reader so far behind lists the devices anew anyway.</summary>
    private const int MaxUnreadChanges = 1024;

    private readonly LinuxUsbOptions _options;
    private readonly ILogger _logger;
    private readonly SysfsDevices _devices;
    private readonly BlockDeviceUse _use;
    private readonly HotplugMonitor _monitor;
    private readonly Channel<TopologyChange> _changes = Channel.CreateBounded<TopologyChange>(
        new BoundedChannelOptions(MaxUnreadChanges) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Lock _gate = new();
    private readonly List<LibUsbDevice> _open = [];
    private LibUsbEventThread? _events;
    private ClaimsFile? _notes;
    private bool _isDisposed;

    public LibUsbBackend(LinuxUsbOptions options, ILoggerFactory loggers)
    {
        _options = options;
        _logger = loggers.CreateLogger<LibUsbBackend>();
        _devices = new SysfsDevices(options.SysfsRoot);
        _use = new BlockDeviceUse(options.BlockRoot, options.ProcRoot);
        _monitor = new HotplugMonitor(_devices, OnChanged, _logger);
        if (UsbfsMemory.Advice(UsbfsMemory.ReadMegabytes()) is { } advice)
        {
            Log.MemoryIsSmall(_logger, advice);
        }
    }

    public ChannelReader<TopologyChange> Changes => _changes.Reader;

    public IReadOnlyList<UsbDeviceInfo> ListDevices() => _devices.List();

    public UsbDeviceInfo? Find(BusId busId) => _devices.Read(busId.ToString());

    public DeviceUse? FindUse(BusId busId) => _devices.Read(busId.ToString()) is { } device ? _use.Find(device.Path) : null;

    public IUsbDevice Open(BusId busId)
    {
        var info = Find(busId) ?? throw DeviceRefusal.NotFound(busId);
        DeviceOpener.CheckServable(info, _devices, _options);
        var (events, notes) = Prepare();
        var device = new DeviceOpener(_options, _devices, notes, _logger).Open(info, events, Forget);
        lock (_gate)
        {
            _open.Add(device);
        }

        // Between the claim and the line above the monitor could not tell it.
        if (_devices.DeviceNumber(busId.ToString()) != info.DeviceNumber)
        {
            device.Leave();
        }

        return device;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            Debug.Assert(_open.Count == 0, "The USB backend was disposed while a device was open.");
        }

        _monitor.Dispose();
        _changes.Writer.TryComplete();
        _events?.Dispose();
        _notes?.Dispose();
    }

    /// <summary>What the first open needs and listing does not.</summary>
    private (LibUsbEventThread Events, ClaimsFile? Notes) Prepare()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _events ??= new LibUsbEventThread(_logger);
            if (_notes is null && _options.ClaimsDirectory is { } directory)
            {
                try
                {
                    _notes = new ClaimsFile(directory, _logger);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    Log.ClaimsNotNoted(_logger, exception.Message); // serving matters more than tidying up after a kill
                }
            }

            return (_events, _notes);
        }
    }

    private void OnChanged(TopologyChange change, uint deviceNumber)
    {
        if (!change.Arrived)
        {
            LibUsbDevice? left;
            lock (_gate)
            {
                left = _open.Find(device => device.Info.BusId == change.BusId && device.Info.DeviceNumber == deviceNumber);
            }

            left?.Leave();
        }

        _changes.Writer.TryWrite(change);
    }

    private void Forget(LibUsbDevice device)
    {
        lock (_gate)
        {
            _open.Remove(device);
        }
    }
}
