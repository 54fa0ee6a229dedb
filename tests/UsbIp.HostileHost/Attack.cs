using System.Buffers.Binary;
using System.Globalization;

namespace UsbIp.HostileHost;

/// <summary>
/// What one session sends wrong, as its busid says:
/// <code>
///   KIND:OFFSET:VALUE   in every reply of this kind, the 32 bits at OFFSET (from the end if negative) are VALUE, in hexadecimal.
///                       KIND is import, control, bulk-in, bulk-out, int-in, int-out, iso-in, iso-out or unlink.
///   KIND:fill:OFFSET:COUNT   the COUNT bytes at OFFSET are the letter x: a text without its NUL
///   KIND:twice          every reply of this kind is sent twice
///   KIND:half           half of it
///   seed:NUMBER         replies are damaged at random, see <see cref="RandomDamage"/>
///   1-1                 nothing: the device works
/// </code>
/// </summary>
internal sealed class Attack
{
    public const string Seed = "seed";

    private readonly string[] _words;
    private readonly RandomDamage? _damage;

    public Attack(string busId)
    {
        _words = busId.Split(':');
        _damage = Kind == Seed ? new RandomDamage(int.Parse(_words[1], CultureInfo.InvariantCulture)) : null;
    }

    public string Kind => _words[0];

    /// <summary>What is sent in place of a right reply; the reply itself where it is left alone.</summary>
    public byte[] Apply(string kind, byte[] reply)
    {
        if (_damage is not null)
        {
            return _damage.Apply(kind, reply);
        }

        return kind != Kind ? reply : _words[1] switch
        {
            "twice" => [.. reply, .. reply],
            "half" => reply[..(reply.Length / 2)],
            "fill" => Filled(reply, Number(2), Number(3)),
            var offset => Overwritten(
                reply, int.Parse(offset, CultureInfo.InvariantCulture), uint.Parse(_words[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
        };
    }

    private int Number(int word) => int.Parse(_words[word], CultureInfo.InvariantCulture);

    private static byte[] Filled(byte[] reply, int offset, int count)
    {
        var copy = reply.ToArray();
        copy.AsSpan(offset, count).Fill((byte)'x');
        return copy;
    }

    /// <summary>A copy with 32 bits replaced; a negative offset counts from the end.</summary>
    public static byte[] Overwritten(byte[] reply, int offset, uint value)
    {
        var copy = reply.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(copy.AsSpan(offset < 0 ? copy.Length + offset : offset), value);
        return copy;
    }
}
