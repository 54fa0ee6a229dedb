using System.Threading.Channels;
using UsbIp.Devices.Virtual.Engine;
using UsbIp.Protocol;

namespace UsbIp.Devices.Virtual;

/// <summary>
/// The buses that virtual devices are plugged into: bus 250, which no machine has, one port per device, and when it is full the next three.
/// Devices come and go at run time with <see cref="Add"/> and <see cref="Remove"/>. Safe for use by several threads. Owns its devices.
/// </summary>
public sealed class VirtualUsbBackend : IUsbBackend
{
    /// <summary>The bus number of the first 255 virtual devices.</summary>
    public const uint BusNumber = 250;

    /// <summary>Ports of one bus: stock clients keep 8 bits of a device's number, so no bus has more (see <see cref="DeviceId"/>).</summary>
    private const uint PortsPerBus = 255;

    private const uint BusCount = 4;
    private const uint PortCount = BusCount * PortsPerBus;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<uint, VirtualDevice> _ports = [];
    private readonly Channel<TopologyChange> _changes = Channel.CreateUnbounded<TopologyChange>(new UnboundedChannelOptions { SingleReader = true });

    public ChannelReader<TopologyChange> Changes => _changes.Reader;

    /// <summary>None: no driver of this machine sees a virtual device.</summary>
    public DeviceUse? FindUse(BusId busId) => null;

    /// <summary>Plugs a device into the lowest free port and owns it from then on. The busid is 250-PORT, from the 256th device on 251-PORT.</summary>
    /// <exception cref="UsbException">All ports are taken.</exception>
    public BusId Add(VirtualDevice device)
    {
        lock (_gate)
        {
            if (_ports.ContainsValue(device))
            {
                throw new ArgumentException($"{device.Definition.Product} is plugged in already.", nameof(device));
            }

            for (var port = 1u; port <= PortCount; port++)
            {
                if (_ports.TryAdd(port, device))
                {
                    var busId = BusIdOf(port);
                    _changes.Writer.TryWrite(new TopologyChange(busId, Arrived: true));
                    return busId;
                }
            }
        }

        throw new UsbException(
            UsbFailure.Other, $"All {PortCount} ports of the virtual buses from {BusNumber} on are taken.", "Remove a virtual device first.");
    }

    /// <summary>Unplugs a device, in use or not, and disposes it. False: that port is empty.</summary>
    public bool Remove(BusId busId)
    {
        VirtualDevice? device;
        lock (_gate)
        {
            if (!TryFind(busId, out var port, out device))
            {
                return false;
            }

            _ports.Remove(port);
        }

        device.Engine?.Unplug();
        _changes.Writer.TryWrite(new TopologyChange(busId, Arrived: false));
        device.Dispose();
        return true;
    }

    /// <summary>The device at that port, for those who talk to it beside USB; null if there is none.</summary>
    public VirtualDevice? Device(BusId busId)
    {
        lock (_gate)
        {
            return TryFind(busId, out _, out var device) ? device : null;
        }
    }

    public IReadOnlyList<UsbDeviceInfo> ListDevices()
    {
        lock (_gate)
        {
            return [.. _ports.Select(entry => Describe(entry.Key, entry.Value.Definition))];
        }
    }

    public UsbDeviceInfo? Find(BusId busId)
    {
        lock (_gate)
        {
            return TryFind(busId, out var port, out var device) ? Describe(port, device.Definition) : null;
        }
    }

    public IUsbDevice Open(BusId busId)
    {
        lock (_gate)
        {
            if (!TryFind(busId, out var port, out var device))
            {
                throw new UsbException(UsbFailure.NotFound, $"There is no virtual device {busId}.", "List the devices to see which there are.");
            }

            if (device.Engine is not null)
            {
                throw new UsbException(UsbFailure.Busy, $"The virtual device {busId} is in use.", "Detach it where it is attached.");
            }

            var engine = new VirtualUsbDevice(this, device, Describe(port, device.Definition));
            device.Engine = engine;
            return engine;
        }
    }

    public void Dispose()
    {
        foreach (var device in ListDevices())
        {
            Remove(device.BusId);
        }

        _changes.Writer.TryComplete();
    }

    internal void Close(VirtualDevice device, VirtualUsbDevice engine)
    {
        lock (_gate)
        {
            if (device.Engine == engine)
            {
                device.Engine = null;
            }
        }
    }

    private bool TryFind(BusId busId, out uint port, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out VirtualDevice? device)
    {
        foreach (var entry in _ports)
        {
            if (BusIdOf(entry.Key) == busId)
            {
                (port, device) = entry;
                return true;
            }
        }

        (port, device) = (0, null);
        return false;
    }

    private static uint BusOf(uint port) => BusNumber + ((port - 1) / PortsPerBus);

    private static uint NumberOf(uint port) => ((port - 1) % PortsPerBus) + 1;

    private static BusId BusIdOf(uint port) => BusId.Parse($"{BusOf(port)}-{NumberOf(port)}");

    private static UsbDeviceInfo Describe(uint port, DeviceDefinition definition) => new()
    {
        BusId = BusIdOf(port),
        BusNumber = BusOf(port),
        DeviceNumber = NumberOf(port),
        Speed = definition.Speed,
        Descriptor = definition.Descriptor,
        Configurations = definition.Configurations,
        ActiveConfiguration = definition.Configurations[0].Value,
        Path = $"/virtual/{BusIdOf(port)}",
        Manufacturer = definition.Manufacturer,
        Product = definition.Product,
        SerialNumber = definition.SerialNumber,
    };
}
