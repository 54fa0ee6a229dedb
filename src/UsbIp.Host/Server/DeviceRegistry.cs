using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>
/// Which devices are exported and who holds them. The one owner of the race between clients: a device is leased to one session at a time, and
/// again only after it was given back. Safe for use by several threads; opening and closing devices blocks, but never under the gate.
/// </summary>
public sealed class DeviceRegistry(IReadOnlyList<IUsbBackend> backends, ILoggerFactory loggers)
{
    private readonly ILogger _log = loggers.CreateLogger<DeviceRegistry>();
    private readonly FailedDevices _failed = new(loggers.CreateLogger<DeviceRegistry>());
    private readonly Lock _gate = new();
    private readonly Dictionary<BusId, ExportedDevice> _exports = [];

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
                    devices.Add(new RegisteredDevice(device, export is not null, export?.Lease?.Holder));
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
        var export = new ExportedDevice(device, backend) { IsForced = force };
        export.CheckUnused();
        lock (_gate)
        {
            if (FindExportLocked(device) is { } existing)
            {
                existing.IsForced |= force;
                return;
            }

            _exports[busId] = export;
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

            _exports.Remove(busId);
        }

        lease?.Stop("the export was ended");
        ServerLog.Unexported(_log, busId);
    }

    /// <summary>The devices that a client may see. Asks for no others: one that hangs would hold up the list although it is nobody's business.</summary>
    public IReadOnlyList<UsbDeviceInfo> ListExported()
    {
        ExportedDevice[] exports;
        lock (_gate)
        {
            exports = [.. _exports.Values];
        }

        return [.. exports.Select(export => export.Find()).OfType<UsbDeviceInfo>().OrderBy(device => (device.BusNumber, device.DeviceNumber))];
    }

    /// <summary>
    /// Leases a device to a client and opens it. The reason for a refusal is what the wire has a word for; the log has the sentence.
    /// </summary>
    public OperationStatus TryLease(BusId busId, string client, out DeviceLease? lease)
    {
        lease = null;
        ExportedDevice? export;
        lock (_gate)
        {
            if (!_exports.TryGetValue(busId, out export))
            {
                return OperationStatus.NoDevice;
            }

            if (export.IsFailed)
            {
                return OperationStatus.DeviceError;
            }

            if (export.Lease is not null)
            {
                return OperationStatus.DeviceBusy;
            }

            export.Lease = lease = new DeviceLease(this, export, new DeviceHolder(client, DateTimeOffset.Now));
        }

        var status = OperationStatus.NotAvailable;
        try
        {
            return status = Open(export, lease);
        }
        finally
        {
            if (status != OperationStatus.Ok)
            {
                lock (_gate)
                {
                    export.Lease = null; // whatever has happened: it would keep everybody out
                }

                lease = null;
            }
        }
    }

    /// <summary>Logs what is plugged in and out, until <paramref name="stop"/>. The sessions of a device that leaves end by themselves.</summary>
    public Task WatchAsync(CancellationToken stop) => Task.WhenAll(backends.Select(backend => WatchAsync(backend, stop)));

    /// <summary>Waits for the devices that are being given back at this moment. Call when every lease was released.</summary>
    public Task FinishAsync() => _failed.FinishAsync();

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
            }
        }
        finally
        {
            lock (_gate)
            {
                export.Lease = null;
            }
        }

        return isDrained;
    }

    private async Task WatchAsync(IUsbBackend backend, CancellationToken stop)
    {
        try
        {
            await foreach (var change in backend.Changes.ReadAllAsync(stop))
            {
                ExportedDevice? export;
                lock (_gate)
                {
                    _exports.TryGetValue(change.BusId, out export);
                }

                if (export is not null)
                {
                    export.ForgetFailure(); // what is plugged in next is another device, or the same afresh
                    ServerLog.TopologyChanged(_log, change.BusId, change.Arrived ? "plugged in" : "unplugged");
                }
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    private OperationStatus Open(ExportedDevice export, DeviceLease lease)
    {
        if (export.Find() is null)
        {
            ServerLog.NotPresent(_log, export.BusId, lease.Holder.Client);
            return OperationStatus.NoDevice;
        }

        try
        {
            export.CheckUnused(); // it may have been mounted since it was exported
            lease.Device = export.Backend.Open(export.BusId);
            return OperationStatus.Ok;
        }
        catch (UsbException e)
        {
            ServerLog.OpenRefused(_log, export.BusId, lease.Holder.Client, e.Message, e.Hint ?? "");
            return e.Failure switch
            {
                UsbFailure.NotFound => OperationStatus.NoDevice,
                UsbFailure.Busy => OperationStatus.DeviceBusy,
                _ => OperationStatus.NotAvailable,
            };
        }
    }

    private ExportedDevice? FindExportLocked(UsbDeviceInfo device) =>
        _exports.TryGetValue(device.BusId, out var export) && export.IsSameDevice(device) ? export : null;

    private (UsbDeviceInfo Device, IUsbBackend Backend)? Locate(BusId busId)
    {
        foreach (var backend in backends)
        {
            if (backend.Find(busId) is { } device)
            {
                return (device, backend);
            }
        }

        return null;
    }
}
