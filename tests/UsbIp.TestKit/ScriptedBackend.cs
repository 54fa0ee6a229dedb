using System.Collections.Concurrent;
using System.Threading.Channels;
using UsbIp.Devices;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.TestKit;

/// <summary>A backend whose devices do what a test tells them, transfer by transfer.</summary>
public sealed class ScriptedBackend : IUsbBackend
{
    private readonly Channel<TopologyChange> _changes = Channel.CreateUnbounded<TopologyChange>();
    private readonly ConcurrentDictionary<BusId, ScriptedDevice> _devices = new();

    public ChannelReader<TopologyChange> Changes => _changes.Reader;

    /// <summary>Set to make the next opens fail.</summary>
    public Exception? OpenFailure { get; set; }

    /// <summary>How often a device was to be opened.</summary>
    public int Opens { get; private set; }

    /// <summary>Set to have this machine use every device.</summary>
    public DeviceUse? Use { get; set; }

    /// <summary>A high-speed device with the usual endpoints; see <see cref="Endpoints"/>.</summary>
    public ScriptedDevice Add(string busId, params IReadOnlyList<ConfigurationDescriptor> configurations) =>
        Add(new UsbDeviceInfo
        {
            BusId = BusId.Parse(busId),
            BusNumber = 1,
            DeviceNumber = (uint)_devices.Count + 2,
            Speed = UsbSpeed.High,
            Descriptor = new DeviceDescriptor(0x0200, 0, 0, 0, 64, 0x1209, 0x0001, 0x0100, 0, 0, 0, 1),
            Configurations = configurations.Count > 0 ? configurations : [Endpoints()],
            ActiveConfiguration = 1,
            Path = $"/test/{busId}",
        });

    /// <summary>A device that looks just so.</summary>
    public ScriptedDevice Add(UsbDeviceInfo info)
    {
        var device = new ScriptedDevice(info);
        _devices[device.Info.BusId] = device;
        return device;
    }

    /// <summary>Plugs a device in, as the backend's listeners hear of it.</summary>
    public ScriptedDevice Plug(UsbDeviceInfo info)
    {
        var device = Add(info);
        _changes.Writer.TryWrite(new TopologyChange(info.BusId, Arrived: true));
        return device;
    }

    /// <summary>Unplugs a device, as the backend's listeners hear of it.</summary>
    public void Unplug(string busId)
    {
        _devices.TryRemove(BusId.Parse(busId), out _);
        _changes.Writer.TryWrite(new TopologyChange(BusId.Parse(busId), Arrived: false));
    }

    /// <summary>Unplugs a device and plugs the same one in again, as the backend's listeners hear of it.</summary>
    public ScriptedDevice Replug(string busId)
    {
        var info = _devices[BusId.Parse(busId)].Info;
        _changes.Writer.TryWrite(new TopologyChange(info.BusId, Arrived: false));
        var device = Add(info with { DeviceNumber = info.DeviceNumber + 1 });
        _changes.Writer.TryWrite(new TopologyChange(info.BusId, Arrived: true));
        return device;
    }

    /// <summary>
    /// Interface 0, setting 0: bulk 0x81 and 0x02, interrupt 0x83, iso 0x84 and 0x05. Setting 1: bulk 0x86 and nothing else.
    /// </summary>
    public static ConfigurationDescriptor Endpoints() => new(1, 0, 0x80, 50, 1,
    [
        new InterfaceDescriptor(0, 0, 0xFF, 0, 0, 0,
        [
            new EndpointDescriptor(0x81, TransferType.Bulk, 512, 0),
            new EndpointDescriptor(0x02, TransferType.Bulk, 512, 0),
            new EndpointDescriptor(0x83, TransferType.Interrupt, 64, 4),
            new EndpointDescriptor(0x84, TransferType.Isochronous, 1024, 1),
            new EndpointDescriptor(0x05, TransferType.Isochronous, 1024, 1),
        ]),
        new InterfaceDescriptor(0, 1, 0xFF, 0, 0, 0, [new EndpointDescriptor(0x86, TransferType.Bulk, 512, 0)]),
    ]);

    /// <summary>How often all devices were asked for.</summary>
    public int Listings { get; private set; }

    public IReadOnlyList<UsbDeviceInfo> ListDevices()
    {
        Listings++;
        return [.. _devices.Values.Select(device => device.Info).OrderBy(info => info.BusId.ToString(), StringComparer.Ordinal)];
    }

    public UsbDeviceInfo? Find(BusId busId) => _devices.TryGetValue(busId, out var device) ? device.Info : null;

    public DeviceUse? FindUse(BusId busId) => Use;

    public IUsbDevice Open(BusId busId)
    {
        Opens++;
        if (OpenFailure is { } failure)
        {
            throw failure;
        }

        return _devices.TryGetValue(busId, out var device) && device.TryOpen()
            ? device
            : throw new UsbException(UsbFailure.NotFound, $"There is no device {busId}, or it is open twice.");
    }

    public void Dispose() => _changes.Writer.TryComplete();
}
