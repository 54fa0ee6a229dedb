using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Host.Rules;
using UsbIp.Host.Server.Events;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.Host.Server;

/// <summary>
/// Which devices are exported and who holds them. The one owner of the race between clients: a device is leased to one session at a time, and
/// again only after it was given back. Safe for use by several threads; opening and closing devices blocks, but never under the gate.
/// </summary>
/// <param name="backends">Where the devices are.</param>
/// <param name="loggers">For what it says.</param>
/// <param name="time">The clock; null for the system's.</param>
public sealed partial class DeviceRegistry(IReadOnlyList<IUsbBackend> backends, ILoggerFactory loggers, TimeProvider? time = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ILogger _log = loggers.CreateLogger<DeviceRegistry>();
    private readonly FailedDevices _failed = new(loggers.CreateLogger<DeviceRegistry>());
    private readonly Lock _gate = new();
    private readonly Dictionary<BusId, ExportedDevice> _exports = [];
    private readonly ConcurrentDictionary<BusId, LeaseSlot> _slots = new(); // as many as the machine has busids

    /// <summary>Tells what happens to the devices.</summary>
    public EventHub Events { get; } = new();

    /// <summary>Every device of this machine, hubs included, in the order of the backends.</summary>
    public IReadOnlyList<RegisteredDevice> List()
    {
        var devices = new List<RegisteredDevice>();
        foreach (var backend in backends)
        {
            foreach (var device in backend.ListDevices())
            {
                lock (_gate)
                {
                    var export = FindExportLocked(device);
                    devices.Add(new RegisteredDevice(device, export is not null, export?.Lease?.Holder)
                    {
                        IsByHand = export?.IsByHand == true,
                        IsForced = export?.IsForced == true,
                        Waiting = export?.Line.Count ?? 0,
                        Aliases = Rules.TraitsOf(device).Aliases,
                    });
                }
            }
        }

        return devices;
    }

    /// <summary>Lets clients import a device. Exporting it again changes nothing.</summary>
    /// <param name="busId">The device.</param>
    /// <param name="force">Also while this machine uses it, for example has it mounted: the import will take it away as an unplug would.</param>
    /// <exception cref="UsbException">There is no such device, or it is a hub, in use, or itself attached over the network.</exception>
    public void Export(BusId busId, bool force = false)
    {
        var (device, backend) = Locate(busId) ?? throw DeviceRefusal.NotFound(busId);
        DeviceRefusal.CheckKind(device);
        var export = new ExportedDevice(device, backend) { IsForced = force, Slot = SlotOf(busId) };
        export.CheckUnused();
        lock (_gate)
        {
            if (FindExportLocked(device) is { } existing)
            {
                existing.IsForced |= force;
                existing.IsByHand = true;
                return;
            }

            _exports[busId] = export;
            Events.Tell(DeviceEventKind.Exported, export);
        }

        ServerLog.Exported(_log, busId, device.Descriptor.VendorId, device.Descriptor.ProductId);
    }

    /// <summary>Ends an export. The session that uses the device is ended too if <paramref name="force"/> is set.</summary>
    /// <exception cref="UsbException">The device is not exported, or is held and not forced.</exception>
    public void Unexport(BusId busId, bool force = false)
    {
        DeviceLease? lease;
        lock (_gate)
        {
            if (!_exports.TryGetValue(busId, out var export))
            {
                throw new UsbException(UsbFailure.NotFound, $"Device {busId} is not exported.", "usbip-host status shows what is.");
            }

            lease = export.Lease;
            if (lease is not null && !force)
            {
                throw new UsbException(
                    UsbFailure.Busy,
                    $"Device {busId} is held by {lease.Holder.Client} since {lease.Holder.Since:yyyy-MM-dd HH:mm:ss}.",
                    $"detach it there, or take it away with usbip-host unexport --force {busId}.");
            }

            EndLocked(export);
        }

        lease?.Stop(new Parting("the export was ended"));
        ServerLog.Unexported(_log, busId);
    }

    /// <summary>
    /// Leases a device to a client and opens it. The reason for a refusal is what the wire has a word for; the log has the sentence.
    /// </summary>
    /// <param name="busId">The device.</param>
    /// <param name="client">Who asks. Rules may keep the device from it, which is then not there for it.</param>
    /// <param name="lease">The lease, if it is granted.</param>
    /// <param name="ticket">The client's place in the line for the device, if it waits; given up with the lease.</param>
    public OperationStatus TryLease(BusId busId, RemoteClient client, out DeviceLease? lease, LineTicket? ticket = null)
    {
        lease = null;
        OperationStatus status;
        ExportedDevice? export;
        RuleDecision? denial;
        lock (_gate)
        {
            status = AdmitLocked(busId, client, ticket, out export, out denial);
            if (status == OperationStatus.Ok)
            {
                if (ticket is not null)
                {
                    export!.Line.Leave(ticket);
                }

                export!.Lease = lease = new DeviceLease(this, export, new DeviceHolder(client.Name, DateTimeOffset.Now) { Address = client.Address });
            }
        }

        if (denial is not null)
        {
            ServerLog.RefusedByRule(_log, busId, client.Name, denial.Reason);
        }

        return lease is null ? status : Open(export!, ref lease);
    }

    /// <summary>Logs what is plugged in and out, until <paramref name="stop"/>. The sessions of a device that leaves end by themselves.</summary>
    public Task WatchAsync(CancellationToken stop) => Loops.RunAsync(
        [.. backends.Select(backend => (Func<CancellationToken, Task>)new PlugWatcher(backend, OnPlug).RunAsync), new SessionMonitor(Exports, _time).RunAsync],
        stop);

    /// <summary>Waits for the devices that are being given back at this moment. Call when every lease was released.</summary>
    public Task FinishAsync() => _failed.FinishAsync();

    /// <summary>Opens a device that has just been leased; where that cannot be, the lease is taken back.</summary>
    private OperationStatus Open(ExportedDevice export, ref DeviceLease? lease)
    {
        var client = lease!.Holder.Client;
        var status = OperationStatus.NotAvailable;
        try
        {
            status = DeviceOpening.Open(export, lease, _time, _log, out var refusal);
            Events.Tell(status == OperationStatus.Ok ? DeviceEventKind.Attached : DeviceEventKind.Refused, export, client, refusal);
            return status;
        }
        finally
        {
            if (status != OperationStatus.Ok)
            {
                lease.AskedThrough(null);
                lock (_gate)
                {
                    export.Lease = null; // whatever has happened: it would keep everybody out
                    export.Line.WakeAll();
                }

                lease = null;
            }
        }
    }

    internal bool Release(ExportedDevice export, DeviceLease lease, Task drained)
    {
        var isDrained = drained.IsCompleted;
        try
        {
            if (isDrained)
            {
                FailedDevices.GiveBack(lease.Device);
            }
            else
            {
                _failed.Add(export, lease, drained);
                Events.Tell(DeviceEventKind.Error, export, reason: "the device keeps transfers that were cancelled; it is refused until they are back");
            }
        }
        finally
        {
            lock (_gate)
            {
                export.Lease = null;
                export.Line.WakeAll();
                if (_exports.TryGetValue(export.BusId, out var current))
                {
                    current.Line.WakeAll(); // the export that the device was leased from may have ended, and another begun
                }

                Events.Tell(DeviceEventKind.Released, export, lease.Holder.Client, lease.EndReason);
            }
        }

        return isDrained;
    }

    private void OnPlug(TopologyChange change, UsbDeviceInfo? device)
    {
        ExportedDevice? export;
        if (change.Arrived)
        {
            SlotOf(change.BusId).Plug(_time);
        }

        lock (_gate)
        {
            _exports.TryGetValue(change.BusId, out export);
            var isExported = export is not null && (device is null || export.IsSameDevice(device));
            export?.IsPresent = change.Arrived && isExported;
            Events.TellPlug(change.BusId, device ?? export?.Info, change.Arrived, isExported ? export : null);
        }

        if (export is not null)
        {
            export.Slot.ForgetFailure(); // what is plugged in next is another device, or the same afresh
            ServerLog.TopologyChanged(_log, change.BusId, change.Arrived ? "plugged in" : "unplugged");
        }

        FollowRules(change);
    }
}
