namespace UsbIp.Protocol.Watching;

/// <summary>
/// The four bytes before each frame behind OP_REP_WATCH: kind, a byte that means nothing, length of the body (16 bits, big-endian). A body may be longer
/// than its reader knows, who ignores the rest; never shorter.
/// </summary>
public readonly record struct WatchFrameHeader(WatchFrameKind Kind, int Length)
{
    public const int Size = 4;

    /// <summary>Bytes of a body. A longer one breaks the protocol.</summary>
    public const int MaxLength = 1024;

    /// <summary>How often a host that has nothing to tell says that it is there, in seconds.</summary>
    public const int HeartbeatSeconds = 10;

    /// <exception cref="ProtocolException">The body is longer than one may be, or shorter than its kind's.</exception>
    public static WatchFrameHeader Read(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        var kind = (WatchFrameKind)wire.U8();
        wire.Pad(1);
        var length = wire.U16();
        if (length > MaxLength)
        {
            throw new ProtocolException($"Watch frame of kind {(byte)kind}: its length {length} exceeds the limit of {MaxLength} bytes.");
        }

        return length >= LeastLength(kind)
            ? new WatchFrameHeader(kind, length)
            : throw new ProtocolException($"Watch frame of kind {(byte)kind}: its length {length} is less than the {LeastLength(kind)} bytes of that kind.");
    }

    public void Write(Span<byte> bytes)
    {
        var wire = new WireWriter(bytes);
        wire.U8((byte)Kind);
        wire.Pad(1);
        wire.U16((ushort)Length);
    }

    private static int LeastLength(WatchFrameKind kind) => kind switch
    {
        WatchFrameKind.Snapshot or WatchFrameKind.Overflow => sizeof(uint),
        WatchFrameKind.Device => WatchedDevice.Size,
        WatchFrameKind.Event => WatchedEvent.Size,
        _ => 0,
    };
}
