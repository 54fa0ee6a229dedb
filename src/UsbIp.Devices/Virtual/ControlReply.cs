namespace UsbIp.Devices.Virtual;

/// <summary>What a virtual device makes of a control request.</summary>
public readonly record struct ControlReply
{
    private readonly int _count;

    private ControlReply(int count) => _count = count;

    /// <summary>The request is unknown or makes no sense here: the host sees -EPIPE. The next request starts afresh (USB 2.0, 8.5.3.4).</summary>
    public static ControlReply Stall => default;

    /// <summary>Done; nothing is returned.</summary>
    public static ControlReply Done => new(1);

    internal bool IsStall => _count == 0;

    /// <summary>Bytes of answer; 0 for a stall.</summary>
    internal int Count => Math.Max(0, _count - 1);

    /// <summary>Done; the first <paramref name="count"/> bytes of the data are the answer. The host may take fewer.</summary>
    public static ControlReply Data(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new ControlReply(count + 1);
    }

    /// <summary>Done; this is the answer. The host takes as much of it as it asked for.</summary>
    public static ControlReply Data(ReadOnlySpan<byte> answer, Span<byte> data)
    {
        var count = Math.Min(answer.Length, data.Length);
        answer[..count].CopyTo(data);
        return Data(count);
    }
}
