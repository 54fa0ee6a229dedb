using System.Globalization;
using UsbIp.Devices;
using UsbIp.Host.Server;
using UsbIp.Protocol;

namespace UsbIp.Host.Control;

/// <summary>One device as the control socket and --json show it.</summary>
public sealed record DeviceStatus
{
    public required string BusId { get; init; }

    /// <summary>idVendor, four hexadecimal digits.</summary>
    public required string VendorId { get; init; }

    /// <summary>idProduct, four hexadecimal digits.</summary>
    public required string ProductId { get; init; }

    /// <summary>The device's own word for its maker, else that of usb.ids; null if neither has one.</summary>
    public string? Vendor { get; init; }

    public string? Product { get; init; }

    public string? Serial { get; init; }

    /// <summary>unknown, low, full, high, super or superPlus.</summary>
    public required string Speed { get; init; }

    /// <summary>What the device is, by its interfaces where it leaves that to them.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Kernel drivers bound to it.</summary>
    public required IReadOnlyList<string> Drivers { get; init; }

    /// <summary>The names that it has been given on this machine.</summary>
    public IReadOnlyCollection<string> Aliases { get; init; } = [];

    public required bool Hub { get; init; }

    public required bool Exported { get; init; }

    /// <summary>Null while nobody has imported it.</summary>
    public HolderStatus? Holder { get; init; }

    /// <summary>How many clients wait for it.</summary>
    public int Waiting { get; init; }

    /// <summary>Of an exported device: its node, if the daemon's user may not read and write it, so that clients are refused the device; else null.</summary>
    public string? DeniedNode { get; init; }

    public static DeviceStatus From(RegisteredDevice device) =>
        From(device.Info, device.Exported, device.Holder is { } holder ? HolderStatus.From(holder) : null) with
        {
            Aliases = device.Aliases,
            Waiting = device.Waiting,
            DeniedNode = device.DeniedNode,
        };

    public static DeviceStatus From(UsbDeviceInfo info, bool exported = false, HolderStatus? holder = null) => new()
    {
        BusId = info.BusId.ToString(),
        VendorId = info.Descriptor.VendorId.ToString("x4", CultureInfo.InvariantCulture),
        ProductId = info.Descriptor.ProductId.ToString("x4", CultureInfo.InvariantCulture),
        Vendor = NullIfBlank(info.Manufacturer),
        Product = NullIfBlank(info.Product),
        Serial = NullIfBlank(info.SerialNumber),
        Speed = NameOf(info.Speed),
        Classes = ClassNames.Of(info),
        Drivers = info.Drivers,
        Hub = info.IsHub,
        Exported = exported,
        Holder = holder,
    };

    private static string NameOf(UsbSpeed speed) => speed switch
    {
        UsbSpeed.Low => "low",
        UsbSpeed.Full => "full",
        UsbSpeed.High => "high",
        UsbSpeed.Super => "super",
        UsbSpeed.SuperPlus => "superPlus",
        _ => "unknown",
    };

    private static string? NullIfBlank(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
