using UsbIp.Protocol.Watching;

namespace UsbIp.Protocol;

/// <summary>
/// Why a client does not have a device, or not yet: stands behind a refused OP_REP_IMPORT and behind each OP_REP_WAIT, if the client offered to read it.
/// Texts are printable ASCII; longer ones are cut.
/// </summary>
/// <param name="Holder">Who holds the device: address and port; empty where nobody does.</param>
/// <param name="HeldSince">When the holder imported it, in milliseconds since 1970 (UTC); 0 where nobody holds it.</param>
/// <param name="IdleSeconds">For how long the holder has moved nothing.</param>
/// <param name="Place">The client's place in the line for the device, from 1; 0 if it is in none.</param>
/// <param name="Waiting">How many wait in that line.</param>
/// <param name="Reason">Why, as a clause; empty where the rest says it.</param>
public readonly record struct ImportDetail(string Holder, long HeldSince, uint IdleSeconds, int Place, int Waiting, string Reason)
{
    public const int Size = 256;

    private const int HeadSize = 8;
    private const int ReasonFieldSize = Size - 24 - WatchedDevice.HolderFieldSize;

    /// <summary>The detail in <see cref="Size"/> bytes; null if they are something else, or another version's.</summary>
    /// <exception cref="ProtocolException">The tag is right, and a field is none.</exception>
    public static ImportDetail? Read(ReadOnlySpan<byte> bytes)
    {
        if (!ExtensionTail.IsTail(bytes[..Size]))
        {
            return null;
        }

        var wire = new WireReader(bytes);
        wire.Pad(HeadSize);
        var place = wire.U16();
        var waiting = wire.U16();
        var idle = wire.U32();
        var since = WatchTime.Read(ref wire);
        return new ImportDetail(
            wire.Text(WatchedDevice.HolderFieldSize, "holder"), since, idle, place, waiting, wire.Text(ReasonFieldSize, "reason"));
    }

    public void Write(Span<byte> bytes)
    {
        bytes[..Size].Clear();
        var wire = new WireWriter(bytes[HeadSize..]);
        wire.U16((ushort)Place);
        wire.U16((ushort)Waiting);
        wire.U32(IdleSeconds);
        wire.U64((ulong)HeldSince);
        wire.Text(Holder, WatchedDevice.HolderFieldSize);
        wire.Text(Reason, ReasonFieldSize);
        ExtensionTail.WriteTail(bytes[..Size], Extensions.Reasons);
    }

    /// <summary>The header of a reply and this behind it, ready to be sent.</summary>
    public byte[] Behind(OperationCode code, OperationStatus status)
    {
        var message = new byte[OperationHeader.Size + Size];
        new OperationHeader(code, status).Write(message);
        Write(message.AsSpan(OperationHeader.Size));
        return message;
    }
}
