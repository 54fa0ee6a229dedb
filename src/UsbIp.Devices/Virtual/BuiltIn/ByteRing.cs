namespace UsbIp.Devices.Virtual.BuiltIn;

/// <summary>Bytes in the order in which they came, up to a capacity. The memory is taken with the first byte.</summary>
internal sealed class ByteRing(int capacity)
{
    private byte[] _bytes = [];
    private int _start;

    public int Count { get; private set; }

    /// <summary>Takes what there is room for, and says how much that was.</summary>
    public int Write(ReadOnlySpan<byte> bytes)
    {
        if (_bytes.Length == 0 && !bytes.IsEmpty)
        {
            _bytes = new byte[capacity];
        }

        var count = Math.Min(bytes.Length, capacity - Count);
        if (count > 0)
        {
            var end = (_start + Count) % capacity;
            var first = Math.Min(count, capacity - end);
            bytes[..first].CopyTo(_bytes.AsSpan(end));
            bytes[first..count].CopyTo(_bytes);
            Count += count;
        }

        return count;
    }

    public int Read(Span<byte> bytes)
    {
        var count = Math.Min(bytes.Length, Count);
        if (count > 0)
        {
            var first = Math.Min(count, capacity - _start);
            _bytes.AsSpan(_start, first).CopyTo(bytes);
            _bytes.AsSpan(0, count - first).CopyTo(bytes[first..]);
            _start = (_start + count) % capacity;
            Count -= count;
        }

        return count;
    }

    public void Clear()
    {
        _start = 0;
        Count = 0;
    }
}
