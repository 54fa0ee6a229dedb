using System.Buffers.Binary;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>Makes up requests, and replies to them that are right, nearly right or nonsense. The same seed makes the same ones.</summary>
internal sealed class RandomHost(int seed)
{
    private static readonly uint[] Odd = [0, 1, 2, 3, 4, 5, 48, 64, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFF98, 0xFFFFFF8D, 0xF0000000];
    private readonly Random _random = new(seed);
    private readonly List<(SubmitRequest Request, IsoPacket[] Packets)> _asked = [];
    private readonly List<uint> _unlinks = [];

    public int Next(int limit) => _random.Next(limit);

    public (SubmitRequest Request, IsoPacket[] Packets) MakeRequest(uint seqnum)
    {
        var packets = _random.Next(3) == 0 ? MakePackets() : [];
        var length = packets.Length > 0 ? (int)packets.Sum(packet => packet.Length + 4) : _random.Next(300);
        var direction = (UrbDirection)_random.Next(2);
        var request = new SubmitRequest(
            seqnum, new DeviceId(1, 2), direction, (byte)_random.Next(16), TransferFlags.None, length, 0, packets.Length, 0, default);
        _asked.Add((request, packets));
        return (request, packets);
    }

    /// <summary>A CMD_UNLINK of one of the requests.</summary>
    public UnlinkRequest MakeUnlink(uint seqnum)
    {
        _unlinks.Add(seqnum);
        return new UnlinkRequest(seqnum, new DeviceId(1, 2), _asked[_random.Next(_asked.Count)].Request.Seqnum);
    }

    public byte[] MakeReply()
    {
        var reply = _random.Next(4) == 0 && _unlinks.Count > 0 ? MakeUnlinkReply() : MakeSubmitReply();
        for (var damages = Math.Max(0, _random.Next(8) - 5); damages > 0; damages--)
        {
            Damage(reply);
        }

        return reply;
    }

    private byte[] MakeUnlinkReply()
    {
        var bytes = new byte[UnlinkReply.Size];
        new UnlinkReply(_unlinks[_random.Next(_unlinks.Count)], (UrbStatus)(-_random.Next(130))).Write(bytes);
        return bytes;
    }

    private byte[] MakeSubmitReply()
    {
        var (request, asked) = _asked[_random.Next(_asked.Count)];
        var packets = asked.Select(packet => packet with { ActualLength = (uint)_random.Next((int)packet.Length + 1) }).ToArray();
        var actual = asked.Length > 0 ? packets.Sum(packet => (int)packet.ActualLength) : _random.Next(request.BufferLength + 1);
        var data = new byte[request.Direction == UrbDirection.In ? actual : 0];
        _random.NextBytes(data);
        return RawHost.Compose(new SubmitReply(request.Seqnum, (UrbStatus)(-_random.Next(130)), actual, 0, asked.Length), data, packets);
    }

    private IsoPacket[] MakePackets()
    {
        var packets = new IsoPacket[_random.Next(1, 6)];
        var offset = 0u;
        for (var index = 0; index < packets.Length; index++)
        {
            packets[index] = new IsoPacket(offset, (uint)_random.Next(40), 0, UrbStatus.NotRun);
            offset += packets[index].Length + 4;
        }

        return packets;
    }

    /// <summary>Overwrites one field, anywhere in the message, with an odd value or a random one.</summary>
    private void Damage(byte[] message)
    {
        var field = message.AsSpan(_random.Next(message.Length / 4) * 4);
        var value = _random.Next(3) switch
        {
            0 => Odd[_random.Next(Odd.Length)],
            1 => unchecked(BinaryPrimitives.ReadUInt32BigEndian(field) + (uint)_random.Next(3)),
            _ => (uint)_random.NextInt64(uint.MaxValue),
        };
        BinaryPrimitives.WriteUInt32BigEndian(field, value);
    }
}
