using UsbIp.Protocol;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Rules;

/// <summary>What a device is called that must be known again wherever it is plugged in next.</summary>
internal static class LastingName
{
    /// <summary>By its serial number, else VENDOR:PRODUCT, whichever tells it from the others; null if neither does, or if there is no such device.</summary>
    /// <param name="busId">Where it is now.</param>
    /// <param name="all">The devices that are plugged in, without hubs.</param>
    public static DeviceSelector? Of(BusId busId, IReadOnlyList<DeviceTraits> all)
    {
        var device = all.FirstOrDefault(device => device.BusId == busId);
        string?[] names = device is null ? [] : [device.SerialNumber is { } serial ? $"serial:{serial}" : null, $"{device.VendorId:x4}:{device.ProductId:x4}"];
        return names.OfType<string>().Select(DeviceSelector.Parse).FirstOrDefault(name => all.Count(name.Matches) == 1);
    }
}
