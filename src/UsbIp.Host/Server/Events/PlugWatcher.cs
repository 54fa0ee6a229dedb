using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.Server.Events;

/// <summary>Follows what is plugged into one backend and out of it, and remembers what was there: a device that has left says nothing of itself any more.</summary>
/// <param name="backend">Whose changes to follow.</param>
/// <param name="changed">Called for each change, with the device as far as it is known; on one thread at a time.</param>
internal sealed class PlugWatcher(IUsbBackend backend, Action<TopologyChange, UsbDeviceInfo?> changed)
{
    private readonly Dictionary<BusId, UsbDeviceInfo> _known = [];

    public async Task RunAsync(CancellationToken stop)
    {
        foreach (var device in backend.ListDevices())
        {
            _known[device.BusId] = device;
        }

        try
        {
            await foreach (var change in backend.Changes.ReadAllAsync(stop))
            {
                changed(change, Learn(change));
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    private UsbDeviceInfo? Learn(TopologyChange change)
    {
        if (!change.Arrived)
        {
            _known.Remove(change.BusId, out var left);
            return left;
        }

        if (backend.Find(change.BusId) is { } arrived)
        {
            return _known[change.BusId] = arrived;
        }

        return null; // gone again already
    }
}
