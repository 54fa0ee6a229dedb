using System.Buffers.Binary;
using System.Text;

namespace UsbIp.Client.Privileged;

/// <summary>
/// What the attach broker answers: an exit code and a port, 32 bits each, little-endian, and for a refusal its sentence and what to try, in UTF-8, a line
/// feed between them.
/// </summary>
internal static class AttachAnswer
{
    public const int MaxSize = TextOffset + 1024;

    private const int TextOffset = 8;

    /// <returns>The bytes that were written.</returns>
    public static int WritePort(Span<byte> bytes, int port) => Write(bytes, ExitCode.Success, port, "");

    /// <returns>The bytes that were written.</returns>
    public static int WriteRefusal(Span<byte> bytes, CommandException refusal) => Write(bytes, refusal.ExitCode, -1, $"{refusal.Message}\n{refusal.Hint}");

    /// <returns>The port.</returns>
    /// <exception cref="CommandException">The broker's own refusal, or an answer that is none.</exception>
    public static int Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < TextOffset)
        {
            throw new CommandException(ExitCode.Failure, $"The attach broker answered {bytes.Length} bytes, which are no answer.", "'journalctl -u usbip-vhci'.");
        }

        var code = (ExitCode)BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (code == ExitCode.Success)
        {
            return BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        }

        var lines = Encoding.UTF8.GetString(bytes[TextOffset..]).Split('\n', 2);
        throw new CommandException(code, lines[0], lines is [_, { Length: > 0 } hint] ? hint : null);
    }

    private static int Write(Span<byte> bytes, ExitCode code, int port, string text)
    {
        BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)code);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], port);
        Encoding.UTF8.TryGetBytes(text, bytes[TextOffset..MaxSize], out var written); // longer texts than ours there are none
        return TextOffset + written;
    }
}
