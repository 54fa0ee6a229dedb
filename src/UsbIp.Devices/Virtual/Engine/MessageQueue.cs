using System.Buffers.Binary;

namespace UsbIp.Devices.Virtual.Engine;

/// <summary>
/// Messages that wait for the host in one ring of bytes, each behind its length. The ring grows to what was needed at once, up to
/// <see cref="Limit"/>; in steady state nothing is allocated.
/// </summary>
internal sealed class MessageQueue
{
    private const int Prefix = sizeof(int);

    private byte[] _ring = [];
    private int _start;
    private int _used;

    /// <summary>Bytes left of the message at the front; -1: its length was not read yet.</summary>
    private int _left = -1;

    public int Count { get; private set; }

    public int Limit { get; set; } = 1 << 20;

    public bool TryAdd(ReadOnlySpan<byte> message)
    {
        if ((long)_used + Prefix + message.Length > Limit)
        {
            return false;
        }

        Reserve(_used + Prefix + message.Length);
        Span<byte> prefix = stackalloc byte[Prefix];
        BinaryPrimitives.WriteInt32LittleEndian(prefix, message.Length);
        Append(prefix);
        Append(message);
        Count++;
        return true;
    }

    public void Clear()
    {
        _start = 0;
        _used = 0;
        _left = -1;
        Count = 0;
    }

    /// <summary>
    /// Sends packets of the message at the front while they fit. <paramref name="overflow"/>: the last one did not, and its rest is lost, as
    /// on a bus; if the room ends with a whole packet, what is left of the message waits for the next transfer.
    /// </summary>
    public int Read(Span<byte> room, int packetSize, out bool overflow)
    {
        overflow = false;
        if (_left < 0)
        {
            Span<byte> prefix = stackalloc byte[Prefix];
            Take(prefix);
            _left = BinaryPrimitives.ReadInt32LittleEndian(prefix);
        }

        var count = Math.Min(room.Length, _left);
        Take(room[..count]);
        _left -= count;
        if (_left > 0 && count % packetSize != 0)
        {
            overflow = true;
            Drop(Math.Min(_left, packetSize - (count % packetSize)));
        }
        else if (_left > 0 && count == 0)
        {
            overflow = true;
            Drop(Math.Min(_left, packetSize));
        }

        if (_left == 0)
        {
            _left = -1;
            Count--;
        }

        return count;
    }

    private void Drop(int count)
    {
        _start = (_start + count) % _ring.Length;
        _used -= count;
        _left -= count;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        var end = (_start + _used) % _ring.Length;
        var first = Math.Min(bytes.Length, _ring.Length - end);
        bytes[..first].CopyTo(_ring.AsSpan(end));
        bytes[first..].CopyTo(_ring);
        _used += bytes.Length;
    }

    private void Take(Span<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        var first = Math.Min(bytes.Length, _ring.Length - _start);
        _ring.AsSpan(_start, first).CopyTo(bytes);
        _ring.AsSpan(0, bytes.Length - first).CopyTo(bytes[first..]);
        _start = (_start + bytes.Length) % _ring.Length;
        _used -= bytes.Length;
    }

    private void Reserve(int size)
    {
        if (size <= _ring.Length)
        {
            return;
        }

        var grown = new byte[Math.Max(256, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)size))];
        var used = _used;
        if (used > 0)
        {
            Take(grown.AsSpan(0, used));
        }

        _ring = grown;
        _start = 0;
        _used = used;
    }
}
