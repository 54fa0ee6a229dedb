using System.Globalization;
using UsbIp.Host.Control;
using UsbIp.Host.Service;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Commands;

/// <summary>A device in words for people.</summary>
internal static class DeviceText
{
    /// <summary>From then on a holder counts as idle, in seconds.</summary>
    private const double LongIdle = 60;

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
            CultureInfo.InvariantCulture,
            $"held by {PrintableText.Of(holder.Client)} since {holder.Since.ToLocalTime():yyyy-MM-dd HH:mm}{Busy(holder)}{Waiting(device)}"),
        { Exported: true, DeniedNode: not null } => "exported, but the daemon may not open it",
        { Exported: true } => "exported",
        _ => "",
    };

    /// <summary>Why clients are refused an exported device that the daemon may not open, as a clause; and the command that lets it.</summary>
    public static (string Clause, string Remedy)? Denial(DeviceStatus device) => device.DeniedNode is { } node
        ? ($"the daemon's user may not read and write {PrintableText.Of(node)}", NodeGrant.CommandFor(device.VendorId, device.ProductId, device.Serial))
        : null;

    /// <summary>How busy a holder is: what it moves right now, or for how long it has moved nothing.</summary>
    private static string Busy(HolderStatus holder) => holder switch
    {
        { IdleSeconds: >= LongIdle } => $", idle for {DurationText.Of(TimeSpan.FromSeconds(holder.IdleSeconds))}",
        { BytesPerSecond: >= 100_000 } => string.Create(CultureInfo.InvariantCulture, $", {holder.BytesPerSecond / 1e6:0.0} MB/s"),
        { UrbsPerSecond: >= 1 } => string.Create(CultureInfo.InvariantCulture, $", {holder.UrbsPerSecond:0} URBs/s"),
        _ => "",
    };

    private static string Waiting(DeviceStatus device) => device.Waiting switch
    {
        0 => "",
        1 => ", 1 waits",
        var several => $", {several} wait",
    };
}
