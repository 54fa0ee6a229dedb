namespace UsbIp.Protocol.Watching;

/// <summary>How a watched device stands.</summary>
[Flags]
public enum WatchedState : byte
{
    None = 0,

    /// <summary>It is plugged into the host.</summary>
    Present = 1,

    /// <summary>Clients may import it.</summary>
    Exported = 2,

    /// <summary>A client has imported it.</summary>
    Held = 4,
}

/// <summary>A device as watchers see it. Texts are printable ASCII; longer ones are cut.</summary>
/// <param name="BusId">Its name in an import.</param>
/// <param name="VendorId">idVendor.</param>
/// <param name="ProductId">idProduct.</param>
/// <param name="State">How it stands.</param>
/// <param name="HeldSince">When its holder imported it, in milliseconds since 1970 (UTC); 0 where nobody holds it.</param>
/// <param name="Holder">Its holder's address and port; empty where nobody holds it.</param>
/// <param name="Name">Maker and product in the device's own words; empty where it has none.</param>
public readonly record struct WatchedDevice(
    BusId BusId, ushort VendorId, ushort ProductId, WatchedState State, long HeldSince, string Holder, string Name)
{
    public const int Size = ProtocolConstants.BusIdFieldSize + 16 + HolderFieldSize + NameFieldSize;

    /// <summary>Bytes of an address with its port, NUL included: the longest is an IPv6 one with a scope.</summary>
    public const int HolderFieldSize = 64;

    private const int NameFieldSize = 64;

    /// <exception cref="ProtocolException">The busid is none, or a text has no end.</exception>
    public static WatchedDevice Read(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        var busId = BusId.Read(ref wire);
        var vendorId = wire.U16();
        var productId = wire.U16();
        var state = (WatchedState)wire.U8();
        wire.Pad(3);
        var heldSince = WatchTime.Read(ref wire);
        return new WatchedDevice(
            busId, vendorId, productId, state, heldSince, wire.Text(HolderFieldSize, "holder"), wire.Text(NameFieldSize, "name"));
    }

    public void Write(Span<byte> bytes)
    {
        var wire = new WireWriter(bytes);
        wire.Text(BusId.ToString(), ProtocolConstants.BusIdFieldSize);
        wire.U16(VendorId);
        wire.U16(ProductId);
        wire.U8((byte)State);
        wire.Pad(3);
        wire.U64((ulong)HeldSince);
        wire.Text(Holder, HolderFieldSize);
        wire.Text(Name, NameFieldSize);
    }
}
