using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.Client.Remote;

/// <summary>
/// Watches a host that cannot push, by asking for its list again and again: sees devices appear in the list and leave it, and cannot know why, nor who has
/// them. What comes and goes between two looks is not seen.
/// </summary>
internal sealed class PolledHost(HostAddress host, TimeSpan interval)
{
    /// <summary>How things stand, then what changes. Endless.</summary>
    /// <exception cref="CommandException">The host cannot be reached, or answered nonsense.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> came.</exception>
    public IEnumerable<HostNotice> Follow(CancellationToken stop)
    {
        var known = Look(stop);
        yield return new DevicesStand([.. known.Values]);
        while (true)
        {
            stop.WaitHandle.WaitOne(interval);
            stop.ThrowIfCancellationRequested();
            var now = Look(stop);
            foreach (var device in known.Values.Where(device => !now.ContainsValue(device)))
            {
                yield return Happened(DeviceEventKind.Unexported, device with { State = WatchedState.None });
            }

            foreach (var device in now.Values.Where(device => !known.ContainsValue(device)))
            {
                yield return Happened(DeviceEventKind.Exported, device);
            }

            known = now;
        }
    }

    private Dictionary<BusId, WatchedDevice> Look(CancellationToken stop)
    {
        using var connection = HostConnection.Connect(host, stop: stop);
        var devices = new Dictionary<BusId, WatchedDevice>();
        foreach (var device in connection.List().Select(listed => listed.Device))
        {
            devices[device.BusId] = new WatchedDevice(
                device.BusId, device.VendorId, device.ProductId, WatchedState.Present | WatchedState.Exported, 0, "", "");
        }

        return devices;
    }

    private static DeviceHappening Happened(DeviceEventKind kind, WatchedDevice device) =>
        new(new WatchedEvent(kind, DateTimeOffset.Now.ToUnixTimeMilliseconds(), device, "", ""));
}
