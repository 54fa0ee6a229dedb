namespace UsbIp.Client.Bridge;

/// <summary>
/// Bytes as they came from one socket: filled behind, consumed in front, and what is left (part of a message) moved to the front. Pinned,
/// so that receiving never waits for the garbage collector; grows to the largest message asked for and stays that large.
/// </summary>
internal sealed class ReceiveBuffer
{
    private byte[] _memory = GC.AllocateUninitializedArray<byte>(BridgeLimits.ReadSize, pinned: true);
    private int _filled;

    /// <summary>What has been received and not consumed.</summary>
    public Span<byte> Received => _memory.AsSpan(0, _filled);

    /// <summary>Where the next bytes go; never empty.</summary>
    public Span<byte> Free => _memory.AsSpan(_filled);

    public void Fill(int received) => _filled += received;

    public void Consume(int length)
    {
        _filled -= length;
        if (_filled > 0 && length > 0)
        {
            _memory.AsSpan(length, _filled).CopyTo(_memory);
        }
    }

    /// <summary>Makes room for a message of this size, which the caller has checked against what was asked for.</summary>
    public void Reserve(int messageSize)
    {
        if (messageSize > _memory.Length)
        {
            var larger = GC.AllocateUninitializedArray<byte>(messageSize + BridgeLimits.ReadSize, pinned: true);
            Received.CopyTo(larger);
            _memory = larger;
        }
    }
}
