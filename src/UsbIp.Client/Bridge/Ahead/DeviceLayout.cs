using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Client.Bridge.Ahead;

/// <summary>
/// Which interfaces the device has at the moment, learnt from what the kernel asks it while enumerating: its configuration descriptors,
/// and which of them, and which alternate settings, it was told to use. Sees replies to control requests, with the kernel's end held.
/// </summary>
internal sealed class DeviceLayout
{
    private const byte StandardDeviceOut = 0x00;
    private const byte StandardInterfaceOut = 0x01;
    private const byte SetConfiguration = 9;
    private const byte SetInterface = 11;
    private const int TotalLengthOffset = 2;

    private readonly Dictionary<byte, ConfigurationDescriptor> _configurations = [];
    private readonly Dictionary<byte, InterfaceDescriptor> _settings = [];
    private byte _value;

    /// <summary>The interfaces in use, in their settings; none before the kernel has chosen a configuration.</summary>
    public IReadOnlyCollection<InterfaceDescriptor> Interfaces => _settings.Values;

    /// <summary>A control request was answered well. True if an interface or its state is new.</summary>
    /// <param name="setup">The request.</param>
    /// <param name="data">What the device answered.</param>
    /// <param name="number">Then that interface's number; null if all are new.</param>
    public bool Replied(in SetupPacket setup, ReadOnlySpan<byte> data, out byte? number)
    {
        number = null;
        switch (setup)
        {
            case var _ when setup.IsForDescriptor(DescriptorType.Configuration):
                Learn(data);
                return false;
            case { RequestType: StandardDeviceOut, Request: SetConfiguration }:
                Configure((byte)setup.Value);
                return true;
            case { RequestType: StandardInterfaceOut, Request: SetInterface }:
                number = (byte)setup.Index;
                Choose((byte)setup.Index, (byte)setup.Value);
                return true;
            default:
                return false;
        }
    }

    private void Learn(ReadOnlySpan<byte> data)
    {
        if (ConfigurationDescriptor.TryRead(data, out var configuration)
            && data.Length >= (data[TotalLengthOffset] | (data[TotalLengthOffset + 1] << 8)))
        {
            _configurations[configuration.Value] = configuration;
        }
    }

    private void Configure(byte value)
    {
        _value = value;
        _settings.Clear();
        foreach (var setting in Settings().Where(setting => setting.AlternateSetting == 0))
        {
            _settings[setting.Number] = setting;
        }
    }

    private void Choose(byte number, byte alternate)
    {
        _settings.Remove(number);
        if (Settings().FirstOrDefault(setting => setting.Number == number && setting.AlternateSetting == alternate) is { } chosen)
        {
            _settings[number] = chosen;
        }
    }

    private IReadOnlyList<InterfaceDescriptor> Settings() =>
        _configurations.TryGetValue(_value, out var configuration) ? configuration.AlternateSettings : [];
}
