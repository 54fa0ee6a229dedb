namespace UsbIp.Protocol.Watching;

/// <summary>Something that happened to a device. Texts are printable ASCII; longer ones are cut.</summary>
/// <param name="Kind">What; a number that this reader does not know is possible.</param>
/// <param name="Time">When, by the host's clock, in milliseconds since 1970 (UTC).</param>
/// <param name="Device">The device, and how it stood right after it.</param>
/// <param name="Client">Who attached it, released it or was refused: address and port. Else empty.</param>
/// <param name="Reason">Why, as a clause; empty where there is nothing to say.</param>
public readonly record struct WatchedEvent(DeviceEventKind Kind, long Time, WatchedDevice Device, string Client, string Reason)
{
    public const int Size = HeadSize + WatchedDevice.Size + WatchedDevice.HolderFieldSize + ReasonFieldSize;

    private const int HeadSize = 16;
    private const int ReasonFieldSize = 128;

    /// <exception cref="ProtocolException">The device's busid is none, or a text has no end.</exception>
    public static WatchedEvent Read(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        var kind = (DeviceEventKind)wire.U8();
        wire.Pad(7);
        var time = WatchTime.Read(ref wire);
        var device = WatchedDevice.Read(wire.Raw(WatchedDevice.Size));
        return new WatchedEvent(
            kind, time, device, wire.Text(WatchedDevice.HolderFieldSize, "client"), wire.Text(ReasonFieldSize, "reason"));
    }

    public void Write(Span<byte> bytes)
    {
        var wire = new WireWriter(bytes);
        wire.U8((byte)Kind);
        wire.Pad(7);
        wire.U64((ulong)Time);
        Device.Write(bytes[HeadSize..]);
        wire = new WireWriter(bytes[(HeadSize + WatchedDevice.Size)..]);
        wire.Text(Client, WatchedDevice.HolderFieldSize);
        wire.Text(Reason, ReasonFieldSize);
    }
}
