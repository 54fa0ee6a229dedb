namespace UsbIp.Host.Session;

/// <summary>The memory that all sessions share beyond what each has for itself. Safe for use by several threads, without a lock.</summary>
/// <param name="maxBytes">Bytes that sessions may hold together beyond their own shares.</param>
public sealed class SharedBudget(long maxBytes)
{
    private long _bytes;
    private long _sharedBytes;

    /// <summary>Bytes that URBs of all sessions hold in flight, the sessions' own shares included.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Takes bytes, of which <paramref name="sharedBytes"/> are beyond the session's own share; or nothing.</summary>
    public bool TryTake(long bytes, long sharedBytes)
    {
        if (sharedBytes > 0 && Interlocked.Add(ref _sharedBytes, sharedBytes) > maxBytes)
        {
            Interlocked.Add(ref _sharedBytes, -sharedBytes);
            return false;
        }

        Interlocked.Add(ref _bytes, bytes);
        return true;
    }

    public void Return(long bytes, long sharedBytes)
    {
        Interlocked.Add(ref _sharedBytes, -sharedBytes);
        Interlocked.Add(ref _bytes, -bytes);
    }
}
