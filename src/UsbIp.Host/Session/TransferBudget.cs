namespace UsbIp.Host.Session;

/// <summary>
/// Counts the memory that URBs in flight hold, before it is taken. A session's budget draws on the one that all sessions share.
/// Safe for use by several threads, without a lock.
/// </summary>
public sealed class TransferBudget(long maxBytes, int maxUrbs, TransferBudget? shared = null)
{
    /// <summary>What a URB costs besides its buffer: its entry in the tables, its native transfer, its reply header.</summary>
    private const int OverheadBytes = 1024;

    private long _bytes;
    private int _urbs;

    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Takes <paramref name="length"/> bytes and one URB, or nothing.</summary>
    public bool TryReserve(int length)
    {
        var cost = (long)length + OverheadBytes;
        if (Interlocked.Increment(ref _urbs) <= maxUrbs)
        {
            if (Interlocked.Add(ref _bytes, cost) <= maxBytes)
            {
                if (shared is null || shared.TryReserve(length))
                {
                    return true;
                }
            }

            Interlocked.Add(ref _bytes, -cost);
        }

        Interlocked.Decrement(ref _urbs);
        return false;
    }

    public void Release(int length)
    {
        Interlocked.Add(ref _bytes, -((long)length + OverheadBytes));
        Interlocked.Decrement(ref _urbs);
        shared?.Release(length);
    }
}
