namespace UsbIp.Protocol.Selection;

/// <summary>What a <see cref="DeviceSelector"/> can choose a device by. A program fills in what it knows.</summary>
public sealed record DeviceTraits
{
    public required BusId BusId { get; init; }

    public required ushort VendorId { get; init; }

    public required ushort ProductId { get; init; }

    /// <summary>bDeviceClass, and bInterfaceClass of every interface.</summary>
    public IReadOnlyCollection<byte> Classes { get; init; } = [];

    /// <summary>Null if the device has none, or if it is not known.</summary>
    public string? SerialNumber { get; init; }

    /// <summary>Null if the device has none, or if it is not known.</summary>
    public string? Product { get; init; }

    /// <summary>The names that its host has given it.</summary>
    public IReadOnlyCollection<string> Aliases { get; init; } = [];

    /// <summary>For lists of candidates: "1-2 (0781:5581 Ultra, serial 4C53)".</summary>
    public override string ToString()
    {
        var product = Product is null ? "" : $" {PrintableText.Of(Product)}";
        var serial = SerialNumber is null ? "" : $", serial {PrintableText.Of(SerialNumber)}";
        return $"{BusId} ({VendorId:x4}:{ProductId:x4}{product}{serial})";
    }
}
