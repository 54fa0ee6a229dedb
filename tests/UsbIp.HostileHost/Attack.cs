using System.Buffers.Binary;
using System.Globalization;

namespace UsbIp.HostileHost;

/// <summary>
/// What one session sends wrong, as its busid says:
/// <code>
///   KIND:OFFSET:VALUE   in every reply of this kind, the 32 bits at OFFSET (from the end if negative) are VALUE, in hexadecimal.
///                       KIND is import, control, bulk-in, bulk-out, iso-in, iso-out or unlink.
///   KIND:twice          every reply of this kind is sent twice
///   KIND:half           half of it, and then nothing more
///   seed:NUMBER         replies are damaged at random; the same number damages the same ones
///   none                nothing: the device works
/// </code>
/// </summary>
internal sealed class Attack
{
    private static readonly uint[] Odd = [0, 1, 3, 4, 5, 77, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFF8D, 0xF0000000];
    private readonly string[] _words;
    private readonly Random? _random;
    private int _calm = 6;

    public Attack(string busId)
    {
        _words = busId.Split(':');
        _random = Kind == "seed" ? new Random(int.Parse(_words[1], CultureInfo.InvariantCulture)) : null;
    }

    public string Kind => _words[0];

    /// <summary>Replies that were not what they should have been.</summary>
    public int WrongReplies { get; private set; }

    /// <summary>What is sent in place of a right reply.</summary>
    public byte[] Apply(string kind, byte[] reply)
    {
        var sent = _random is null ? ApplyTo(kind, reply) : Damage(reply);
        WrongReplies += ReferenceEquals(sent, reply) ? 0 : 1;
        return sent;
    }

    private byte[] ApplyTo(string kind, byte[] reply) => kind != Kind ? reply : _words[1] switch
    {
        "twice" => [.. reply, .. reply],
        "half" => reply[..(reply.Length / 2)],
        _ => Overwritten(reply, int.Parse(_words[1], CultureInfo.InvariantCulture), uint.Parse(_words[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
    };

    /// <summary>The first replies are left alone, so that most devices come as far as having a driver.</summary>
    private byte[] Damage(byte[] reply)
    {
        if (_calm-- > 0 || _random!.Next(3) > 0)
        {
            return reply;
        }

        return _random.Next(12) switch
        {
            0 => [.. reply, .. reply],
            1 => reply[..(reply.Length / 2)],
            _ => Overwritten(reply, _random.Next(reply.Length / 4) * 4, Odd[_random.Next(Odd.Length)]),
        };
    }

    private static byte[] Overwritten(byte[] reply, int offset, uint value)
    {
        var copy = reply.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(copy.AsSpan(offset < 0 ? copy.Length + offset : offset), value);
        return copy;
    }
}
