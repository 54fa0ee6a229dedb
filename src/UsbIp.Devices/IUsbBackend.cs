using System.Threading.Channels;
using UsbIp.Protocol;

namespace UsbIp.Devices;

/// <summary>A device came or went.</summary>
public readonly record struct TopologyChange(BusId BusId, bool Arrived);

/// <summary>A way to reach devices: libusb, virtual devices, or another that is written beside them. Safe for use by several threads.</summary>
public interface IUsbBackend : IDisposable
{
    /// <summary>Every device that this backend reaches, hubs included.</summary>
    IReadOnlyList<UsbDeviceInfo> ListDevices();

    /// <summary>The device with that busid, or null.</summary>
    UsbDeviceInfo? Find(BusId busId);

    /// <summary>What this machine uses the device for, such as a mounted file system on it; null if nothing is known that would be lost.</summary>
    DeviceUse? FindUse(BusId busId);

    /// <summary>Opens and claims a device: kernel drivers are detached, to be given back by <see cref="IDisposable.Dispose"/>. Blocks.</summary>
    /// <exception cref="UsbException">It is not there, is held, or may not be opened.</exception>
    IUsbDevice Open(BusId busId);

    /// <summary>
    /// For a watchdog: completes when the thread that completes transfers has come round once more, or at once where there is none.
    /// </summary>
    /// <exception cref="OperationCanceledException"><paramref name="patience"/> was over before.</exception>
    Task PassAsync(CancellationToken patience) => Task.CompletedTask;

    /// <summary>Arrivals and departures, as they happen. One reader.</summary>
    ChannelReader<TopologyChange> Changes { get; }
}
