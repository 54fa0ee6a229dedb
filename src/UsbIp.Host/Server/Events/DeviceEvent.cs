using UsbIp.Devices;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.Host.Server.Events;

/// <summary>Something that happened to a device, and how the device stood right after it. Immutable.</summary>
/// <param name="Kind">What.</param>
/// <param name="Time">When.</param>
/// <param name="BusId">Which device; for a refusal, what was asked for.</param>
public sealed record DeviceEvent(DeviceEventKind Kind, DateTimeOffset Time, BusId BusId)
{
    /// <summary>The device, or null where there is none.</summary>
    public UsbDeviceInfo? Device { get; init; }

    /// <summary>Whether the device is plugged in.</summary>
    public bool IsPresent { get; init; }

    /// <summary>Whether clients may import it.</summary>
    public bool IsExported { get; init; }

    public DeviceHolder? Holder { get; init; }

    /// <summary>How many clients wait for it.</summary>
    public int Waiting { get; init; }

    /// <summary>Who attached it, released it or was refused; null for the rest.</summary>
    public string? Client { get; init; }

    /// <summary>Why, as a clause; null where there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>The export that it is about, which clients may see as far as rules let them; null for what is this machine's own business.</summary>
    internal ExportedDevice? Export { get; init; }
}
