using UsbIp.Devices;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Session;

/// <summary>
/// Which endpoints exist right now, and how they transfer: the current alternate settings of the current configuration. A URB's type is never
/// on the wire, so its framing depends on this table. Read by the receive loop, changed by the device queue; each change replaces the whole view.
/// </summary>
public sealed class EndpointTable
{
    private const byte StorageClass = 0x08;
    private const byte BulkOnlyProtocol = 0x50;

    private readonly IReadOnlyList<ConfigurationDescriptor> _configurations;
    private readonly Dictionary<byte, byte> _alternateSettings = [];
    private byte _configuration;
    private volatile View _view;

    public EndpointTable(UsbDeviceInfo device)
    {
        _configurations = device.Configurations;
        _configuration = device.ActiveConfiguration;
        _view = MakeView();
    }

    /// <summary>The type of an endpoint of the current settings, or null if there is none with that address.</summary>
    public TransferType? Find(byte address) => _view.Current[EndpointAddress.ToSlot(address)];

    /// <summary>The type that an endpoint with that address has in any alternate setting of the current configuration, or null.</summary>
    public TransferType? FindInAnySetting(byte address) => _view.Any[EndpointAddress.ToSlot(address)];

    /// <summary>The number of the interface whose current setting has that endpoint, or null.</summary>
    public byte? InterfaceOf(byte address) => _view.Interfaces[EndpointAddress.ToSlot(address)];

    /// <summary>Whether the endpoint belongs to a storage interface that takes turns: command, data, status (mass storage, bulk-only transport).</summary>
    public bool IsBulkOnly(byte address) => _view.BulkOnly[EndpointAddress.ToSlot(address)];

    /// <summary>SET_CONFIGURATION was done: every interface is at alternate setting 0.</summary>
    public void SetConfiguration(byte value)
    {
        _configuration = value;
        _alternateSettings.Clear();
        _view = MakeView();
    }

    /// <summary>SET_INTERFACE was done.</summary>
    public void SetInterface(byte number, byte alternateSetting)
    {
        _alternateSettings[number] = alternateSetting;
        _view = MakeView();
    }

    private View MakeView()
    {
        var view = new View();
        view.Any[EndpointAddress.ToSlot(0x00)] = view.Any[EndpointAddress.ToSlot(0x80)] = TransferType.Control;
        view.Current[EndpointAddress.ToSlot(0x00)] = view.Current[EndpointAddress.ToSlot(0x80)] = TransferType.Control;
        foreach (var configuration in _configurations)
        {
            if (configuration.Value != _configuration)
            {
                continue;
            }

            foreach (var setting in configuration.AlternateSettings)
            {
                var isCurrent = setting.AlternateSetting == _alternateSettings.GetValueOrDefault(setting.Number);
                foreach (var endpoint in setting.Endpoints)
                {
                    var slot = EndpointAddress.ToSlot(endpoint.Address);
                    view.Any[slot] ??= endpoint.Type;
                    if (isCurrent)
                    {
                        view.Any[slot] = endpoint.Type;
                        view.Current[slot] = endpoint.Type;
                        view.Interfaces[slot] = setting.Number;
                        view.BulkOnly[slot] = setting is { Class: StorageClass, Protocol: BulkOnlyProtocol };
                    }
                }
            }
        }

        return view;
    }

    private sealed class View
    {
        public TransferType?[] Current { get; } = new TransferType?[EndpointAddress.SlotCount];

        public TransferType?[] Any { get; } = new TransferType?[EndpointAddress.SlotCount];

        public byte?[] Interfaces { get; } = new byte?[EndpointAddress.SlotCount];

        public bool[] BulkOnly { get; } = new bool[EndpointAddress.SlotCount];
    }
}
