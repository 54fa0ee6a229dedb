using System.Buffers.Binary;
using System.Text;

namespace UsbIp.Protocol;

/// <summary>The mirror of <see cref="WireReader"/>: writes one message, field by field, in wire order.</summary>
public ref struct WireWriter(Span<byte> bytes)
{
    private Span<byte> _rest = bytes;

    public void U8(byte value) => Take(1)[0] = value;

    public void U16(ushort value) => BinaryPrimitives.WriteUInt16BigEndian(Take(2), value);

    public void U32(uint value) => BinaryPrimitives.WriteUInt32BigEndian(Take(4), value);

    public void U64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Take(8), value);

    public void I32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    public void Raw(ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    /// <summary>Zeros: buffers are reused, and nothing of the last message may leave in the next one.</summary>
    public void Pad(int length) => Take(length).Clear();

    /// <summary>A text, cut to leave room for the NUL, and zeros up to the field's end.</summary>
    public void Text(string value, int fieldSize)
    {
        var field = Take(fieldSize);
        field.Clear();
        Encoding.ASCII.GetBytes(value.AsSpan(0, Math.Min(value.Length, fieldSize - 1)), field);
    }

    private Span<byte> Take(int length)
    {
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }
}
