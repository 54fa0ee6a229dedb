namespace UsbIp.Client.Bridge.Ahead;

/// <summary>Whole replies that the kernel must not see yet, in the order in which it will. Few and rare: only errors and unlinks are held.</summary>
internal sealed class HeldReplies(KernelEnd kernel)
{
    private readonly Queue<byte[]> _messages = new();

    public bool IsEmpty => _messages.Count == 0;

    public void Add(ReadOnlySpan<byte> message) => _messages.Enqueue(message.ToArray());

    public void Release()
    {
        while (_messages.TryDequeue(out var message))
        {
            kernel.Write(message);
        }
    }
}
