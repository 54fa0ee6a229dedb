using System.Buffers.Binary;
using System.Globalization;
using UsbIp.Protocol;

namespace UsbIp.HostileHost;

/// <summary>
/// What one session sends wrong, as its busid says:
/// <code>
///   KIND:OFFSET:VALUE   in every reply of this kind, the 32 bits at OFFSET (from the end if negative) are VALUE, in hexadecimal.
///                       KIND is import, control, bulk-in, bulk-out, int-in, int-out, iso-in, iso-out or unlink.
///   KIND:plus:OFFSET:AMOUNT   those 32 bits are AMOUNT more than they should be, or less if negative
///   KIND:fill:OFFSET:COUNT   the COUNT bytes at OFFSET are the letter x: a text without its NUL
///   KIND:wrap           the actual_length of each of the last two packets is 2^31 more: added up in 32 bits, nothing has changed
///   KIND:twice          every reply of this kind is sent twice
///   KIND:half           half of it
///   KIND:none           nothing of it
///   import:accept       the grant says that the host does everything that a client could offer
///   import:ask          the same, and behind it stands twice the first question whether the client gives the device to another one
///   seed:NUMBER         replies are damaged at random, see <see cref="RandomDamage"/>
///   1-1                 nothing: the device works
/// </code>
/// </summary>
internal sealed class Attack
{
    public const string Seed = "seed";

    /// <summary>From the end of a reply: the third of the last packet's four fields.</summary>
    private const int LastActualLength = -8;

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
            "none" => [],
            "plus" => Increased(reply, Number(2), unchecked((uint)Number(3))),
            "fill" => Filled(reply, Number(2), Number(3)),
            "wrap" => Increased(Increased(reply, LastActualLength, 1u << 31), LastActualLength - IsoPacket.Size, 1u << 31),
            "accept" => Accepting(reply),
            "ask" => [.. Accepting(reply), .. Question(), .. Question()],
            var offset => Overwritten(
                reply, int.Parse(offset, CultureInfo.InvariantCulture), uint.Parse(_words[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture)),
        };
    }

    /// <summary>A copy with 32 bits replaced; a negative offset counts from the end.</summary>
    public static byte[] Overwritten(byte[] reply, int offset, uint value)
    {
        var copy = reply.ToArray();
        BinaryPrimitives.WriteUInt32BigEndian(copy.AsSpan(offset < 0 ? copy.Length + offset : offset), value);
        return copy;
    }

    private static byte[] Increased(byte[] reply, int offset, uint amount)
    {
        var right = BinaryPrimitives.ReadUInt32BigEndian(reply.AsSpan(offset < 0 ? reply.Length + offset : offset));
        return Overwritten(reply, offset, unchecked(right + amount));
    }

    private int Number(int word) => int.Parse(_words[word], CultureInfo.InvariantCulture);

    private static byte[] Filled(byte[] reply, int offset, int count)
    {
        var copy = reply.ToArray();
        copy.AsSpan(offset, count).Fill((byte)'x');
        return copy;
    }

    private static byte[] Question()
    {
        var question = new byte[GiveWay.Size];
        GiveWay.WriteQuestion(question, 1, "127.0.0.1:40000");
        return question;
    }

    private static byte[] Accepting(byte[] reply)
    {
        var copy = reply.ToArray();
        ExtensionTail.WriteAnswer(copy.AsSpan(OperationHeader.Size, ProtocolConstants.PathFieldSize), (Extensions)byte.MaxValue);
        return copy;
    }
}
