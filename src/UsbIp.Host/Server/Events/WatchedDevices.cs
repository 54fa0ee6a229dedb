using UsbIp.Devices;
using UsbIp.Protocol.Watching;

namespace UsbIp.Host.Server.Events;

/// <summary>Devices and events in the words of the wire.</summary>
internal static class WatchedDevices
{
    public static WatchedDevice Of(UsbDeviceInfo device, bool isPresent, bool isExported, DeviceHolder? holder) =>
        new(
            device.BusId,
            device.Descriptor.VendorId,
            device.Descriptor.ProductId,
            StateOf(isPresent, isExported, holder),
            holder?.Since.ToUnixTimeMilliseconds() ?? 0,
            holder?.Client ?? "",
            NameOf(device.Manufacturer?.Trim() ?? "", device.Product?.Trim() ?? ""));

    public static WatchedEvent Of(DeviceEvent what) => new(
        what.Kind,
        what.Time.ToUnixTimeMilliseconds(),
        what.Device is { } device
            ? Of(device, what.IsPresent, what.IsExported, what.Holder)
            : new WatchedDevice(what.BusId, 0, 0, StateOf(what.IsPresent, what.IsExported, what.Holder), 0, "", ""),
        what.Client ?? "",
        what.Reason ?? "");

    private static string NameOf(string maker, string product) =>
        maker.Length == 0 || product.StartsWith(maker, StringComparison.OrdinalIgnoreCase) ? product : $"{maker} {product}".TrimEnd();

    private static WatchedState StateOf(bool isPresent, bool isExported, DeviceHolder? holder) =>
        (isPresent ? WatchedState.Present : 0) | (isExported ? WatchedState.Exported : 0) | (holder is null ? 0 : WatchedState.Held);
}
