using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// Which devices were there at the last look, to tell what has changed since. A device has arrived once the kernel has set it up, that is
/// once a driver (normally "usb") has it, and has left when its name or its devnum is gone. Used by one thread at a time.
/// </summary>
internal sealed class DeviceCensus
{
    private readonly SysfsDevices _devices;
    private readonly Dictionary<string, uint> _known;

    /// <summary>What is there now counts as known.</summary>
    public DeviceCensus(SysfsDevices devices)
    {
        _devices = devices;
        _known = Present();
    }

    /// <summary>Looks again.</summary>
    /// <returns>Departures, then arrivals, each with the devnum: a device plugged in anew between two looks is both.</returns>
    public IReadOnlyList<(TopologyChange Change, uint DeviceNumber)> Take()
    {
        var changes = new List<(TopologyChange, uint)>();
        var present = Present();
        foreach (var (name, number) in _known)
        {
            if (!present.TryGetValue(name, out var now) || now != number)
            {
                _known.Remove(name);
                changes.Add((new TopologyChange(BusId.Parse(name), Arrived: false), number));
            }
        }

        foreach (var (name, number) in present)
        {
            if (!_known.ContainsKey(name) && _devices.Driver(name) is not null)
            {
                _known.Add(name, number);
                changes.Add((new TopologyChange(BusId.Parse(name), Arrived: true), number));
            }
        }

        return changes;
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
