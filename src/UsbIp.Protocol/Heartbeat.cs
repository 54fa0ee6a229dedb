namespace UsbIp.Protocol;

/// <summary>
/// A ping or its pong, where <see cref="Extensions.Heartbeat"/> was agreed on: the 48 bytes of a URB header with a command of this project's own and a
/// seqnum, and nothing else in them. Pings count from 1; a pong has the seqnum of the ping that it answers. USB/IP itself has no message that asks whether
/// a peer is still there.
/// </summary>
public static class Heartbeat
{
    public const int Size = ProtocolConstants.UrbHeaderSize;

    public static void WritePing(Span<byte> bytes, uint seqnum) => Write(bytes, UrbCommand.Ping, seqnum);

    public static void WritePong(Span<byte> bytes, uint seqnum) => Write(bytes, UrbCommand.Pong, seqnum);

    private static void Write(Span<byte> bytes, UrbCommand command, uint seqnum)
    {
        new UrbHeader(command, seqnum, default, UrbDirection.Out, 0).Write(bytes);
        bytes[UrbHeader.Size..Size].Clear();
    }
}
