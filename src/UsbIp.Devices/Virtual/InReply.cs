namespace UsbIp.Devices.Virtual;

/// <summary>What a virtual device has for an IN transfer.</summary>
public readonly record struct InReply
{
    private InReply(int count, bool ends, bool isData)
    {
        Count = count;
        Ends = ends;
        IsData = isData;
    }

    /// <summary>Nothing now (NAK): the transfer waits until <see cref="VirtualEndpoint.Wake"/>. An isochronous packet stays empty.</summary>
    public static InReply Nothing => default;

    internal int Count { get; }

    internal bool Ends { get; }

    internal bool IsData { get; }

    /// <summary>
    /// The first <paramref name="count"/> bytes of the buffer are written, and the transfer ends with them, as with a short packet. A count
    /// beyond the buffer says that the device sent more than the host had room for: it sees -EOVERFLOW (babble).
    /// </summary>
    public static InReply Message(int count) => new(count, ends: true, isData: true);

    /// <summary>
    /// The first <paramref name="count"/> bytes of the buffer are written, in whole packets: the transfer goes on until its buffer is full, a
    /// message ends or the endpoint stalls.
    /// </summary>
    public static InReply Stream(int count) => new(count, ends: false, isData: true);
}
