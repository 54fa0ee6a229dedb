using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Protocol;
using UsbIp.Shared;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// The machine's own devices. They are listed and watched through sysfs and the kernel's events, which need no rights, no udevd and no
/// library; their data moves in one of two ways, libusb or usbfs. Safe for use by several threads. Dispose after all devices.
/// </summary>
public sealed class LinuxUsbBackend : IUsbBackend
{
    /// <summary>Changes that nobody has read; a reader so far behind lists the devices anew anyway.</summary>
    private const int MaxUnreadChanges = 1024;

    private readonly LinuxUsbOptions _options;
    private readonly Func<ILogger, CompletionThread> _startCompletions;
    private readonly ILogger _logger;
    private readonly SysfsDevices _devices;
    private readonly BlockDeviceUse _disks;
    private readonly KeyboardUse _keyboard;
    private readonly HotplugMonitor _monitor;
    private readonly Channel<TopologyChange> _changes = Channel.CreateBounded<TopologyChange>(
        new BoundedChannelOptions(MaxUnreadChanges) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly Lock _gate = new();
    private readonly List<LinuxUsbDevice> _open = [];
    private CompletionThread? _events;
    private ClaimsFile? _notes;
    private bool _isDisposed;

    /// <param name="options">Where the system keeps its devices.</param>
    /// <param name="startCompletions">Starts the thread of the way that their data moves, when the first device is opened.</param>
    /// <param name="logger">Where it says what it does.</param>
    internal LinuxUsbBackend(LinuxUsbOptions options, Func<ILogger, CompletionThread> startCompletions, ILogger logger)
    {
        _options = options;
        _startCompletions = startCompletions;
        _logger = logger;
        _devices = new SysfsDevices(options.SysfsRoot);
        _disks = options.Disks;
        _keyboard = new KeyboardUse(options.InputRoot);
        _monitor = new HotplugMonitor(_devices, OnChanged, _logger);
        if (UsbfsMemory.Advice(UsbfsMemory.ReadMegabytes()) is { } advice)
        {
            Log.MemoryIsSmall(_logger, advice);
        }
    }

    public ChannelReader<TopologyChange> Changes => _changes.Reader;

    public IReadOnlyList<UsbDeviceInfo> ListDevices() => _devices.List();

    public UsbDeviceInfo? Find(BusId busId) => _devices.Read(busId.ToString());

    public DeviceUse? FindUse(BusId busId)
    {
        if (_devices.Read(busId.ToString()) is not { } device)
        {
            return null;
        }

        return _disks.Find(device.Path) is { } use ? new DeviceUse(use.What, use.Remedy) : _keyboard.Find(device.Path);
    }

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

    public Task PassAsync(CancellationToken patience)
    {
        lock (_gate)
        {
            return _events is null || _isDisposed ? Task.CompletedTask : _events.PassAsync(patience);
        }
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
    private (CompletionThread Events, ClaimsFile? Notes) Prepare()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _events ??= _startCompletions(_logger);
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
            LinuxUsbDevice? left;
            lock (_gate)
            {
                left = _open.Find(device => device.Info.BusId == change.BusId && device.Info.DeviceNumber == deviceNumber);
            }

            left?.Leave();
        }

        _changes.Writer.TryWrite(change);
    }

    private void Forget(LinuxUsbDevice device)
    {
        lock (_gate)
        {
            _open.Remove(device);
        }
    }
}
