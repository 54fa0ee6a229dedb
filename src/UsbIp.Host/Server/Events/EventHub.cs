using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.Host.Server.Events;

/// <summary>
/// Where the daemon tells what happens to its devices, and watchers hear of it. Telling costs a queue entry per watcher and never waits. Safe for use by
/// several threads, also under the registry's gate: so the events of a device come in the order in which they happened.
/// </summary>
public sealed class EventHub(TimeProvider? time = null)
{
    /// <summary>Events that may wait for one watcher.</summary>
    public const int QueueLength = 256;

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly HashSet<EventWatcher> _watchers = [];

    public int WatcherCount
    {
        get
        {
            lock (_gate)
            {
                return _watchers.Count;
            }
        }
    }

    /// <summary>Hears of what happens from now on. The caller disposes the watcher.</summary>
    public EventWatcher Watch()
    {
        var watcher = new EventWatcher(QueueLength, Forget);
        lock (_gate)
        {
            _watchers.Add(watcher);
        }

        return watcher;
    }

    internal void Tell(DeviceEvent what)
    {
        lock (_gate)
        {
            foreach (var watcher in _watchers)
            {
                watcher.Post(what);
            }
        }
    }

    /// <summary>Tells what happened to an exported device.</summary>
    /// <param name="kind">What.</param>
    /// <param name="export">The device.</param>
    /// <param name="client">Who attached it, released it or was refused.</param>
    /// <param name="reason">Why, as a clause.</param>
    internal void Tell(DeviceEventKind kind, ExportedDevice export, string? client = null, string? reason = null) => Tell(
        new DeviceEvent(kind, _time.GetLocalNow(), export.BusId)
        {
            Device = export.Info,
            IsPresent = export.IsPresent,
            IsExported = !export.IsEnded,
            Holder = kind == DeviceEventKind.Released ? null : export.Lease?.Holder,
            Waiting = export.Line.Count,
            Client = client,
            Reason = reason,
            Export = export,
        });

    /// <summary>Tells that a client asked in vain for what is not exported.</summary>
    internal void TellUnknown(BusId busId, string client) => Tell(
        new DeviceEvent(DeviceEventKind.Refused, _time.GetLocalNow(), busId) { Client = client, Reason = "no such device is exported" });

    /// <summary>Tells that a device was plugged in or unplugged.</summary>
    /// <param name="busId">Where.</param>
    /// <param name="device">The device; null if nobody knows what it was.</param>
    /// <param name="arrived">Whether it was plugged in.</param>
    /// <param name="export">Its export, or null.</param>
    internal void TellPlug(BusId busId, Devices.UsbDeviceInfo? device, bool arrived, ExportedDevice? export) => Tell(
        new DeviceEvent(arrived ? DeviceEventKind.Plugged : DeviceEventKind.Unplugged, _time.GetLocalNow(), busId)
        {
            Device = device,
            IsPresent = arrived,
            IsExported = export is not null,
            Holder = export?.Lease?.Holder,
            Waiting = export?.Line.Count ?? 0,
            Export = export,
        });

    private void Forget(EventWatcher watcher)
    {
        lock (_gate)
        {
            _watchers.Remove(watcher);
        }
    }
}
