namespace UsbIp.Host.Session;

/// <summary>
/// When replies leave. Completions from another thread are sent as soon as that has delivered all it has. Those of a device that answers within the
/// submit come on the receive loop's own thread, which may have more requests before it: their replies leave together, when it would wait for the client
/// (see <see cref="ReceiveBuffer.BeforeWait"/>) or when much data is ready.
/// </summary>
/// <param name="flush">Sends what is queued, without waiting.</param>
public sealed class ReplyTiming(Action flush)
{
    /// <summary>
    /// Data that is sent before more is made, in bytes: as long as it is still in the processor's cache. 16 requests of 1 MiB would otherwise be filled
    /// one after the other, and each be fetched from memory again to be sent.
    /// </summary>
    private const int Much = 256 * 1024;

    private volatile int _receiveThread;
    private int _unsent; // the receive loop's alone

    private bool IsReceiveLoop => Environment.CurrentManagedThreadId == _receiveThread;

    /// <summary>The calling thread is the receive loop from now on.</summary>
    public void BeginReceiving() => _receiveThread = Environment.CurrentManagedThreadId;

    /// <summary>There is no receive loop any more.</summary>
    public void EndReceiving() => _receiveThread = 0;

    /// <summary>A transfer has ended, with so many bytes for the client. Any thread.</summary>
    public void Completed(int bytes)
    {
        if (IsReceiveLoop)
        {
            _unsent += bytes;
        }
    }

    /// <summary>No more completions are ready on this thread. Any thread.</summary>
    public void Delivered()
    {
        if (!IsReceiveLoop)
        {
            flush();
        }
        else if (_unsent >= Much)
        {
            BeforeWait();
        }
    }

    /// <summary>The receive loop has nothing before it.</summary>
    public void BeforeWait()
    {
        _unsent = 0;
        flush();
    }
}
