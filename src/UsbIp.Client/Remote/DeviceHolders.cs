using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.Client.Remote;

/// <summary>Who has which device of a host, where it tells: the snapshot with which a watch begins.</summary>
internal static class DeviceHolders
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>The devices that are held, by busid; none where the host does not tell, or has too many watchers.</summary>
    /// <param name="host">The host.</param>
    /// <param name="offer">What it has offered behind its list.</param>
    public static Dictionary<BusId, WatchedDevice> Read(HostAddress host, Extensions offer)
    {
        if (!offer.HasFlag(Extensions.Watch))
        {
            return [];
        }

        try
        {
            using var limit = new CancellationTokenSource(Limit);
            using var watcher = HostWatcher.Open(host, limit.Token);
            return watcher.Read() is DevicesStand stand
                ? stand.Devices.Where(device => device.State.HasFlag(WatchedState.Held)).DistinctBy(device => device.BusId).ToDictionary(device => device.BusId)
                : [];
        }
        catch (Exception error) when (error is CommandException or OperationCanceledException)
        {
            return []; // the list itself is there
        }
    }
}
