using UsbIp.Protocol;

namespace UsbIp.HostileHost;

/// <summary>
/// Damages replies at random; the same seed damages the same ones in the same way. After the first ones, which are left alone so that most
/// devices come as far as having a driver, every reply is damaged: mostly where it only misinforms, so that one session carries many,
/// and now and then where the session cannot go on.
/// </summary>
internal sealed class RandomDamage(int seed)
{
    private const int FatalOneIn = 30;
    private const int PayloadOffset = SubmitReply.Size;

    private static readonly uint[] Odd = [0, 1, 3, 4, 5, 77, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFF8D, 0xF0000000];

    /// <summary>devid, direction, ep, start_frame, error_count and the two words of padding.</summary>
    private static readonly int[] IdleFields = [8, 12, 16, 28, 36, 40, 44];

    private readonly Random _random = new(seed);
    private int _calm = IsHastyFor(seed) ? 2 : 14;

    /// <summary>Whether that seed begins while the kernel still enumerates.</summary>
    public static bool IsHastyFor(int seed) => seed % 8 == 0;

    public byte[] Apply(string kind, byte[] reply)
    {
        if (kind == "import" || _calm-- > 0)
        {
            return reply;
        }

        return _random.Next(FatalOneIn) == 0 ? Fatal(kind, reply) : Misinforming(kind, reply);
    }

    private byte[] Misinforming(string kind, byte[] reply)
    {
        var isSubmit = kind != "unlink";
        var isIso = kind.StartsWith("iso", StringComparison.Ordinal);
        return _random.Next(10) switch
        {
            0 => Attack.Overwritten(reply, 20, OddValue()), // status
            1 when isSubmit && !isIso => Attack.Overwritten(reply, 32, OddValue()), // number_of_packets
            2 or 3 when reply.Length > PayloadOffset && isSubmit && !isIso => WithPayloadByte(reply),
            _ => Attack.Overwritten(reply, IdleFields[_random.Next(IdleFields.Length)], OddValue()),
        };
    }

    private byte[] Fatal(string kind, byte[] reply) => _random.Next(6) switch
    {
        0 => [.. reply, .. reply],
        1 => reply[..(reply.Length / 2)],
        2 => Attack.Overwritten(reply, 0, OddValue()), // command
        3 => Attack.Overwritten(reply, 4, OddValue()), // seqnum
        _ when kind.StartsWith("iso", StringComparison.Ordinal) => Attack.Overwritten(reply, -4 * _random.Next(1, 9), OddValue()), // packets
        _ => Attack.Overwritten(reply, 24, OddValue()), // actual_length
    };

    private byte[] WithPayloadByte(byte[] reply)
    {
        var copy = reply.ToArray();
        copy[_random.Next(PayloadOffset, copy.Length)] ^= (byte)_random.Next(1, 256);
        return copy;
    }

    private uint OddValue() => _random.Next(3) == 0 ? (uint)_random.NextInt64(1L << 32) : Odd[_random.Next(Odd.Length)];
}
