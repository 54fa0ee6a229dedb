using Microsoft.Extensions.Logging;
using UsbIp.Devices;

namespace UsbIp.Host.Server;

/// <summary>
/// Devices whose sessions have ended but whose transfers are not all back: they stay open, since closing one would free memory that it may still write
/// to, and are given back when the last transfer is. Safe for use by several threads.
/// </summary>
internal sealed class FailedDevices(ILogger log)
{
    private readonly Lock _gate = new();
    private readonly List<(Task Drained, Task GivenBack)> _devices = [];

    /// <summary>Resets a device and closes it. Blocks.</summary>
    public static void GiveBack(IUsbDevice device)
    {
        using (device)
        {
            // Devices such as ADB or DFU ones start afresh only after a reset, and a client's own never travels.
            device.Reset();
        }
    }

    /// <summary>Takes over the open device of a lease.</summary>
    /// <param name="export">Refused to clients until the device was given back.</param>
    /// <param name="lease">The lease whose session has ended.</param>
    /// <param name="drained">Completes when the last transfer is back.</param>
    public void Add(ExportedDevice export, DeviceLease lease, Task drained)
    {
        export.Slot.Fail(lease);
        ServerLog.DeviceKept(log, export.BusId);
        lock (_gate)
        {
            _devices.RemoveAll(one => one.GivenBack.IsCompleted);
            _devices.Add((drained, GiveBackAsync(export, lease, drained)));
        }
    }

    /// <summary>Waits for the devices that are being given back; those whose transfers are still out are left to the system.</summary>
    public Task FinishAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll(_devices.Where(one => one.Drained.IsCompleted).Select(one => one.GivenBack));
        }
    }

    private async Task GiveBackAsync(ExportedDevice export, DeviceLease lease, Task drained)
    {
        await drained; // on the pool from here on
        try
        {
            GiveBack(lease.Device);
            ServerLog.KeptDeviceReleased(log, export.BusId);
        }
        catch (Exception e) // a bug of ours, or of the device: the other devices live on
        {
            ServerLog.DeviceNotReleased(log, export.BusId, e);
        }
        finally
        {
            export.Slot.Recover(lease);
        }
    }
}
