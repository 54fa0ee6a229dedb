using UsbIp.Devices;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.Host.Server;

/// <summary>Where the registry finds devices, their exports, and who holds them. What ends in Locked needs the gate.</summary>
public sealed partial class DeviceRegistry
{
    private ExportedDevice[] Exports()
    {
        lock (_gate)
        {
            return [.. _exports.Values];
        }
    }

    private void EndLocked(ExportedDevice export)
    {
        _exports.Remove(export.BusId);
        export.IsEnded = true;
        export.Line.WakeAll();
        Events.Tell(DeviceEventKind.Unexported, export);
    }

    private LeaseSlot SlotOf(BusId busId) => _slots.GetOrAdd(busId, static _ => new LeaseSlot());

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
