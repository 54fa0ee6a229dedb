namespace UsbIp.Protocol;

/// <summary>
/// The last message of a session that the host ends, to a client that offered <see cref="Extensions.Reasons"/> and was told so: the 48 bytes of a URB header
/// with a command of this project's own and a number of seconds, and a text that says why. The connection is closed behind it.
/// </summary>
public static class Farewell
{
    public const int Size = ProtocolConstants.UrbHeaderSize + TextFieldSize;

    private const uint Command = 0xF4;
    private const int TextFieldSize = 128;

    /// <summary>Whether a message that begins with these bytes is a farewell; four at least are needed.</summary>
    public static bool IsAt(ReadOnlySpan<byte> bytes) => new WireReader(bytes).U32() == Command;

    /// <summary>Why the host ends the session.</summary>
    /// <exception cref="ProtocolException">The text has no end.</exception>
    public static Parting Read(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        wire.Pad(sizeof(uint));
        var rest = TimeSpan.FromSeconds(wire.U32());
        wire.Pad(ProtocolConstants.UrbHeaderSize - (2 * sizeof(uint)));
        return new Parting(wire.Text(TextFieldSize, "reason"), rest);
    }

    public static void Write(Span<byte> bytes, Parting parting)
    {
        var wire = new WireWriter(bytes);
        wire.U32(Command);
        wire.U32((uint)parting.Rest.TotalSeconds);
        wire.Pad(ProtocolConstants.UrbHeaderSize - (2 * sizeof(uint)));
        wire.Text(parting.Reason, TextFieldSize);
    }
}
