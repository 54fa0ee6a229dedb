using System.Globalization;
using UsbIp.Host.Control;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Commands;

/// <summary>A device in words for people.</summary>
internal static class DeviceText
{
    /// <summary>The same device with the names of usb.ids where it has none of its own.</summary>
    public static DeviceStatus WithNames(DeviceStatus device, UsbNames names)
    {
        if (device is { Vendor: not null, Product: not null }
            || !ushort.TryParse(device.VendorId, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var vendor)
            || !ushort.TryParse(device.ProductId, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var product))
        {
            return device;
        }

        return device with
        {
            Vendor = device.Vendor ?? names.Vendor(vendor),
            Product = device.Product ?? names.Product(vendor, product),
        };
    }

    /// <summary>Maker and product, such as SanDisk Ultra; never empty.</summary>
    public static string Name(DeviceStatus device) => PrintableText.Of((device.Vendor, device.Product) switch
    {
        (null, null) => "unnamed device",
        (null, { } product) => product,
        ({ } vendor, null) => vendor,
        ({ } vendor, { } product) when product.StartsWith(vendor, StringComparison.OrdinalIgnoreCase) => product,
        ({ } vendor, { } product) => $"{vendor} {product}",
    });

    /// <summary>One phrase: 1-2 "SanDisk Ultra" (0781:5581).</summary>
    public static string Phrase(DeviceStatus device) =>
        $"{device.BusId} \"{Name(device)}\" ({device.VendorId}:{device.ProductId})";

    public static string Speed(DeviceStatus device) => device.Speed switch
    {
        "low" => "1.5 Mbit/s",
        "full" => "12 Mbit/s",
        "high" => "480 Mbit/s",
        "super" => "5 Gbit/s",
        "superPlus" => "10 Gbit/s",
        _ => "unknown",
    };

    public static string State(DeviceStatus device) => device switch
    {
        { Holder: { } holder } => string.Create(
            CultureInfo.InvariantCulture, $"held by {PrintableText.Of(holder.Client)} since {holder.Since.ToLocalTime():yyyy-MM-dd HH:mm}"),
        { Exported: true } => "exported",
        _ => "",
    };
}
