using UsbIp.Devices;
using UsbIp.Host.Rules;
using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>An export: a busid and the identity of the device that was there when it was exported. Guarded by the registry's gate.</summary>
internal sealed class ExportedDevice(UsbDeviceInfo device, IUsbBackend backend)
{
    public BusId BusId => device.BusId;

    /// <summary>The device as it was when it was exported.</summary>
    public UsbDeviceInfo Info => device;

    public IUsbBackend Backend => backend;

    /// <summary>Shared by all exports of the busid, one after the other.</summary>
    public required LeaseSlot Slot { get; init; }

    public DeviceLease? Lease
    {
        get => Slot.Lease;
        set => Slot.Lease = value;
    }

    /// <summary>Who waits for it.</summary>
    public WaitingLine Line { get; } = new();

    public ExportPolicy Policy { get; set; } = new();

    /// <summary>Somebody has exported it, so that clients may have it without a rule, if none keeps them from it.</summary>
    public bool IsByHand { get; set; } = true;

    /// <summary>Whether the device is plugged in, as far as the registry was told.</summary>
    public bool IsPresent { get; set; } = true;

    /// <summary>The export is over; a client may still have the device.</summary>
    public bool IsEnded { get; set; }

    /// <summary>Clients may have the device also while this machine uses it.</summary>
    public bool IsForced { get; set; }

    /// <summary>Asks the system, so not under the gate.</summary>
    /// <exception cref="UsbException">This machine uses the device, and it was not exported regardless.</exception>
    public void CheckUnused()
    {
        if (!IsForced && backend.FindUse(BusId) is { } use)
        {
            throw new UsbException(
                UsbFailure.Busy,
                $"Device {BusId} is in use on this machine: {use.What}.",
                $"{use.Remedy}, or export it with --force, which takes it away as if it was unplugged");
        }
    }

    /// <summary>The exported device if it is plugged in now, or null. Asks the system, so not under the gate.</summary>
    public UsbDeviceInfo? Find() => backend.Find(BusId) is { } present && IsSameDevice(present) ? present : null;

    /// <summary>Whether what is plugged in at that busid now is what was exported: another device in the same port is not shared by accident.</summary>
    public bool IsSameDevice(UsbDeviceInfo other) =>
        other.Descriptor.VendorId == device.Descriptor.VendorId
        && other.Descriptor.ProductId == device.Descriptor.ProductId
        && other.SerialNumber == device.SerialNumber;
}
