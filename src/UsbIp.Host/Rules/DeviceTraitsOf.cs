using UsbIp.Devices;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Rules;

/// <summary>What selectors see of a device of this machine.</summary>
internal static class DeviceTraitsOf
{
    public static DeviceTraits Device(UsbDeviceInfo device, IReadOnlyCollection<string> aliases) => new()
    {
        BusId = device.BusId,
        VendorId = device.Descriptor.VendorId,
        ProductId = device.Descriptor.ProductId,

        // Of every configuration: none is active yet at the moment when a device appears, and a client may choose another one later.
        Classes = [.. device.Configurations.SelectMany(configuration => configuration.AlternateSettings).Select(setting => setting.Class).Prepend(device.Descriptor.DeviceClass).Distinct()],
        SerialNumber = NullIfBlank(device.SerialNumber),
        Product = NullIfBlank(device.Product),
        Aliases = aliases,
    };

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
