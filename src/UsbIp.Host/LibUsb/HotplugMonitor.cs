using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.LibUsb;

/// <summary>
/// Notices devices that come and go: at every word of the kernel it compares the kernel's list with what it knew, so that lost, doubled and
/// invented events do no harm. A device has arrived once the kernel has configured it (its own driver is bound), and has left when its name
/// or its devnum is gone. Its thread starts with the constructor and ends with Dispose.
/// </summary>
internal sealed class HotplugMonitor : IDisposable
{
    private readonly SysfsDevices _devices;
    private readonly Action<TopologyChange, uint> _changed;
    private readonly ILogger _logger;
    private readonly UeventSocket _events = new();
    private readonly Thread _thread;
    private readonly Dictionary<string, uint> _known = [];
    private volatile bool _isStopping;

    /// <param name="devices">The kernel's list.</param>
    /// <param name="changed">Told of each change with the devnum of the device, on the monitor's thread; must not block.</param>
    /// <param name="logger">Where arrivals and departures are logged.</param>
    public HotplugMonitor(SysfsDevices devices, Action<TopologyChange, uint> changed, ILogger logger)
    {
        _devices = devices;
        _changed = changed;
        _logger = logger;
        if (_events.Errno != 0)
        {
            Log.NoKernelEvents(logger, _events.Errno);
        }

        foreach (var (name, number) in Present())
        {
            _known[name] = number;
        }

        _thread = new Thread(Run) { Name = "USB hot-plug", IsBackground = true };
        _thread.Start();
    }

    public void Dispose()
    {
        _isStopping = true;
        _events.Interrupt();
        _thread.Join();
        _events.Dispose();
    }

    private void Run()
    {
        while (!_isStopping)
        {
            Compare();
            _events.Wait();
        }
    }

    private void Compare()
    {
        var present = Present();
        foreach (var (name, number) in _known.ToArray())
        {
            if (!present.TryGetValue(name, out var now) || now != number)
            {
                _known.Remove(name);
                Log.Departed(_logger, name);
                _changed(new TopologyChange(BusId.Parse(name), Arrived: false), number);
            }
        }

        foreach (var (name, number) in present)
        {
            if (!_known.ContainsKey(name) && _devices.Driver(name) is not null)
            {
                _known.Add(name, number);
                Log.Arrived(_logger, name);
                _changed(new TopologyChange(BusId.Parse(name), Arrived: true), number);
            }
        }
    }

    private Dictionary<string, uint> Present()
    {
        var present = new Dictionary<string, uint>();
        foreach (var name in _devices.Names())
        {
            if (BusId.TryParse(name, out _) && _devices.DeviceNumber(name) is { } number)
            {
                present.Add(name, number);
            }
        }

        return present;
    }
}
