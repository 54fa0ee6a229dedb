using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace UsbIp.Client.Commands.Inspect;

/// <summary>Prints the fields of an audio descriptor one after the other, and says where it ends too early or too late.</summary>
/// <param name="writer">Where to.</param>
/// <param name="stringOf">Reads a string of the device; empty for none.</param>
/// <param name="indent">Of each field.</param>
/// <param name="bytes">The descriptor, behind its subtype.</param>
internal ref struct AudioFields(FieldWriter writer, Func<byte, string> stringOf, int indent, ReadOnlySpan<byte> bytes)
{
    private const int NameWidth = 18;

    private ReadOnlySpan<byte> _rest = bytes;
    private bool _isShort;

    /// <summary>How many bytes are left behind these last ones; 0 where there are fewer.</summary>
    public readonly int LeftBefore(int last) => Math.Max(0, _rest.Length - last);

    /// <summary>A byte as a decimal number; 0 if it is not there.</summary>
    public byte Number(string name, string? meaning = null)
    {
        var field = Take(1);
        return field.IsEmpty ? (byte)0 : Put(name, field[0].ToString(CultureInfo.InvariantCulture), meaning, field[0]);
    }

    /// <summary>As many bytes, each a number of the list NAME(0), NAME(1)...</summary>
    public void Numbers(string name, int count)
    {
        for (var index = 0; index < count && !_isShort; index++)
        {
            Number($"{name}({index})");
        }
    }

    /// <summary>The index of a string, and the string.</summary>
    public void Text(string name)
    {
        var field = Take(1);
        if (!field.IsEmpty)
        {
            Put(name, field[0].ToString(CultureInfo.InvariantCulture), stringOf(field[0]), field[0]);
        }
    }

    public void Release(string name)
    {
        var field = Take(2);
        if (!field.IsEmpty)
        {
            Put(name, $"{field[1]:x}.{field[0]:x2}", null, 0);
        }
    }

    /// <param name="name">The field.</param>
    /// <param name="meaningOf">What its value means.</param>
    public void Word(string name, Func<ushort, string?>? meaningOf = null)
    {
        var field = Take(2);
        if (!field.IsEmpty)
        {
            var value = BinaryPrimitives.ReadUInt16LittleEndian(field);
            Put(name, $"0x{value:x4}", meaningOf?.Invoke(value), 0);
        }
    }

    /// <summary>A byte whose value is a place in a list of meanings.</summary>
    public void Choice(string name, IReadOnlyList<string> meanings)
    {
        if (!_rest.IsEmpty)
        {
            Number(name, _rest[0] < meanings.Count ? meanings[_rest[0]] : null);
        }
        else
        {
            Number(name);
        }
    }

    /// <summary>A field of bits, each with its meaning on a line of its own.</summary>
    public void Bits(string name, int size, IReadOnlyList<string?> meanings, string suffix = "")
    {
        var field = Take(size);
        if (field.IsEmpty)
        {
            return;
        }

        var hex = new StringBuilder("0x");
        uint bits = 0;
        for (var index = size - 1; index >= 0; index--)
        {
            hex.Append(CultureInfo.InvariantCulture, $"{field[index]:x2}");
            bits |= index < sizeof(uint) ? (uint)field[index] << (8 * index) : 0;
        }

        Put(name, hex.ToString(), null, 0);
        writer.Meanings(indent + 2, bits, [.. meanings.Select(meaning => meaning is null ? null : meaning + suffix)]);
    }

    /// <summary>What stands behind the last field that there should be.</summary>
    public readonly void End()
    {
        if (!_isShort && !_rest.IsEmpty)
        {
            writer.Line(indent - 2, $"Warning: Junk at end of descriptor ({_rest.Length} bytes):");
            writer.Line(indent, Hex(_rest));
        }
    }

    private static string Hex(ReadOnlySpan<byte> bytes) =>
        string.Join(' ', bytes.ToArray().Select(value => value.ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>The next bytes; none, and never again any, if there are too few.</summary>
    private ReadOnlySpan<byte> Take(int size)
    {
        if (_isShort)
        {
            return default;
        }

        if (_rest.Length < size)
        {
            _isShort = true;
            writer.Line(indent - 2, "Warning: Length insufficient for descriptor type.");
            writer.Line(0, Hex(_rest));
            return default;
        }

        var field = _rest[..size];
        _rest = _rest[size..];
        return field;
    }

    /// <summary>Unlike elsewhere, a long value begins where a short one would.</summary>
    private readonly byte Put(string name, string value, string? meaning, byte result)
    {
        writer.Line(indent, $"{name.PadRight(NameWidth)} {value,6} {meaning}".TrimEnd());
        return result;
    }
}
