namespace UsbIp.Protocol;

/// <summary>
/// A host's question whether the client of a session gives its device to another one that wants it, and the answer, where <see cref="Extensions.GiveWay"/>
/// was agreed on: the 48 bytes of a URB header with a command of this project's own and a seqnum, and a text. Questions count from 1, and the next one
/// comes when the last was answered.
/// </summary>
public static class GiveWay
{
    public const int Size = ProtocolConstants.UrbHeaderSize + TextFieldSize;

    private const int TextFieldSize = 128;
    private const uint Yes = 0;
    private const uint No = 1;

    /// <summary>Who wants the device, in a whole message.</summary>
    /// <exception cref="ProtocolException">The text has no end.</exception>
    public static string ReadQuestion(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        wire.Pad(ProtocolConstants.UrbHeaderSize);
        return wire.Text(TextFieldSize, "asker");
    }

    /// <summary>Why the client keeps its device, in a whole message; null if it gives way.</summary>
    /// <exception cref="ProtocolException">The answer is neither yes nor no, or the text has no end.</exception>
    public static string? ReadAnswer(ReadOnlySpan<byte> bytes)
    {
        var wire = new WireReader(bytes);
        wire.Pad(sizeof(uint));
        var seqnum = wire.U32();
        var answer = wire.U32();
        wire.Pad(ProtocolConstants.UrbHeaderSize - (3 * sizeof(uint)));
        var reason = wire.Text(TextFieldSize, "reason");
        return answer switch
        {
            Yes => null,
            No => reason,
            _ => throw new ProtocolException($"Message with seqnum {seqnum}: the answer {answer} is neither yes 0 nor no 1."),
        };
    }

    public static void WriteQuestion(Span<byte> bytes, uint seqnum, string asker) => Write(bytes, UrbCommand.GiveWayQuestion, seqnum, Yes, asker);

    /// <param name="bytes">Where the message goes.</param>
    /// <param name="seqnum">The question's.</param>
    /// <param name="reason">Why the client keeps its device; null if it gives way.</param>
    public static void WriteAnswer(Span<byte> bytes, uint seqnum, string? reason) =>
        Write(bytes, UrbCommand.GiveWayAnswer, seqnum, reason is null ? Yes : No, reason ?? "");

    private static void Write(Span<byte> bytes, UrbCommand command, uint seqnum, uint answer, string text)
    {
        var wire = new WireWriter(bytes);
        wire.U32((uint)command);
        wire.U32(seqnum);
        wire.U32(answer);
        wire.Pad(ProtocolConstants.UrbHeaderSize - (3 * sizeof(uint)));
        wire.Text(text, TextFieldSize);
    }
}
