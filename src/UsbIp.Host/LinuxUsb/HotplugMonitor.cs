using Microsoft.Extensions.Logging;
using UsbIp.Devices;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// Notices devices that come and go: at every word of the kernel it compares the kernel's list with what it knew, so that lost, doubled and
/// invented events do no harm. Its thread starts with the constructor and ends with Dispose.
/// </summary>
internal sealed class HotplugMonitor : IDisposable
{
    private readonly DeviceCensus _census;
    private readonly Action<TopologyChange, uint> _changed;
    private readonly ILogger _logger;
    private readonly UeventSocket _events = new();
    private readonly Thread _thread;
    private volatile bool _isStopping;

    /// <param name="devices">The kernel's list.</param>
    /// <param name="changed">Told of each change with the devnum of the device, on the monitor's thread; must not block.</param>
    /// <param name="logger">Where arrivals and departures are logged.</param>
    public HotplugMonitor(SysfsDevices devices, Action<TopologyChange, uint> changed, ILogger logger)
    {
        _census = new DeviceCensus(devices);
        _changed = changed;
        _logger = logger;
        if (_events.Errno != 0)
        {
            Log.NoKernelEvents(logger, _events.Errno);
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
        foreach (var (change, deviceNumber) in _census.Take())
        {
            if (change.Arrived)
            {
                Log.Arrived(_logger, change.BusId.ToString());
            }
            else
            {
                Log.Departed(_logger, change.BusId.ToString());
            }

            _changed(change, deviceNumber);
        }
    }
}
