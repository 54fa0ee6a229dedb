using System.Collections.Immutable;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Virtual;

/// <summary>
/// Everything that a virtual device says of itself: its descriptors, ready to be sent, and what they mean. Immutable; made by
/// <see cref="DeviceBuilder"/>.
/// </summary>
public sealed class DeviceDefinition
{
    internal DeviceDefinition(
        UsbSpeed speed,
        DeviceDescriptor descriptor,
        IReadOnlyList<ImmutableArray<byte>> configurations,
        ImmutableArray<byte> binaryObjectStore,
        IReadOnlyList<string> strings)
    {
        Speed = speed;
        Descriptor = descriptor;
        RawConfigurations = configurations;
        BinaryObjectStore = binaryObjectStore;
        Strings = strings;
        Configurations = [.. configurations.Select(Read)];
    }

    public UsbSpeed Speed { get; }

    public DeviceDescriptor Descriptor { get; }

    /// <summary>The configurations, parsed from the very bytes that the device sends.</summary>
    public IReadOnlyList<ConfigurationDescriptor> Configurations { get; }

    public string? Manufacturer => Text(Descriptor.ManufacturerIndex);

    public string? Product => Text(Descriptor.ProductIndex);

    public string? SerialNumber => Text(Descriptor.SerialNumberIndex);

    internal IReadOnlyList<ImmutableArray<byte>> RawConfigurations { get; }

    /// <summary>Empty for a device before USB 2.01: it has none.</summary>
    internal ImmutableArray<byte> BinaryObjectStore { get; }

    /// <summary>The string of index 1 and those behind it.</summary>
    internal IReadOnlyList<string> Strings { get; }

    internal bool IsSuperSpeed => Speed >= UsbSpeed.Super;

    private string? Text(byte index) => index == 0 ? null : Strings[index - 1];

    private static ConfigurationDescriptor Read(ImmutableArray<byte> bytes) =>
        ConfigurationDescriptor.TryRead(bytes.AsSpan(), out var configuration)
            ? configuration
            : throw new InvalidOperationException("The builder wrote a configuration descriptor that cannot be read.");
}
