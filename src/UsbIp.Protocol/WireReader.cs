using System.Buffers.Binary;
using System.Text;

namespace UsbIp.Protocol;

/// <summary>
/// A big-endian cursor over one complete message. The caller makes sure that the span has the message's whole size;
/// a shorter one is a bug of ours and throws <see cref="ArgumentOutOfRangeException"/>.
/// </summary>
public ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public byte U8() => Take(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint U32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    public int I32() => BinaryPrimitives.ReadInt32BigEndian(Take(4));

    /// <summary>Bytes that are copied as they are, such as a USB setup packet.</summary>
    public ReadOnlySpan<byte> Raw(int length) => Take(length);

    /// <summary>Bytes that mean nothing; whatever a peer left in them is ignored.</summary>
    public void Pad(int length) => Take(length);

    /// <summary>
    /// A NUL-terminated text in a field of <paramref name="fieldSize"/> bytes. What follows the NUL is ignored. Bytes that are not
    /// printable ASCII become '?', so that no peer can write to a terminal or a log what it likes.
    /// </summary>
    /// <exception cref="ProtocolException">The field has no NUL.</exception>
    public string Text(int fieldSize, string fieldName)
    {
        var field = Take(fieldSize);
        var end = field.IndexOf((byte)0);
        if (end < 0)
        {
            throw new ProtocolException($"The field {fieldName} has no NUL within its {fieldSize} bytes.");
        }

        return PrintableText.Of(Encoding.ASCII.GetString(field[..end]));
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
