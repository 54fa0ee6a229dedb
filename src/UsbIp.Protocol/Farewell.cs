namespace UsbIp.Protocol;

/// <summary>
/// The last message of a session that the host ends, to a client that offered <see cref="Extensions.Reasons"/> and was told so: the 48 bytes of a URB header
/// with a command of this project's own, and a text that says why. The connection is closed behind it.
/// </summary>
public static class Farewell
{
    public const int Size = ProtocolConstants.UrbHeaderSize + TextFieldSize;

    private const uint Command = 0xF4;
    private const int TextFieldSize = 128;

    /// <summary>Whether a message that begins with these bytes is a farewell; four at least are needed.</summary>
    public static bool IsAt(ReadOnlySpan<byte> bytes) => new WireReader(bytes).U32() == Command;

    /// <summary>Why the host ends the session, as a clause.</summary>
    /// <exception cref="ProtocolException">The text has no end.</exception>
    public static string Read(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        wire.Pad(ProtocolConstants.UrbHeaderSize);
        return wire.Text(TextFieldSize, "reason");
    }

    public static void Write(Span<byte> bytes, string reason)
    {
        var wire = new WireWriter(bytes);
        wire.U32(Command);
        wire.Pad(ProtocolConstants.UrbHeaderSize - sizeof(uint));
        wire.Text(reason, TextFieldSize);
    }
}
