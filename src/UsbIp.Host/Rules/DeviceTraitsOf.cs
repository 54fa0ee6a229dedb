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
        Classes = [device.Descriptor.DeviceClass, .. device.Active?.AlternateSettings.Select(setting => setting.Class) ?? []],
        SerialNumber = NullIfBlank(device.SerialNumber),
        Product = NullIfBlank(device.Product),
        Aliases = aliases,
    };

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
