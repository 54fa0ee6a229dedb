using UsbIp.Devices;

namespace UsbIp.Host.Session;

/// <summary>
/// Counts the memory that a session's URBs in flight hold, before it is taken. A part is the session's own, so that others cannot starve it; beyond
/// it the session draws on what all share. Safe for use by several threads.
/// </summary>
public sealed class TransferBudget(SessionLimits limits, SharedBudget shared)
{
    /// <summary>What a URB costs besides its buffer: its entry in the tables, its native transfer, its reply header.</summary>
    private const int OverheadBytes = 1024;

    /// <summary>What an isochronous packet costs: the client's, the transfer's and libusb's record of it, rounded up.</summary>
    private const int PacketBytes = 64;

    private readonly Lock _gate = new();
    private long _bytes;
    private int _urbs;

    public long Bytes => Interlocked.Read(ref _bytes);

    public int Urbs => Volatile.Read(ref _urbs);

    /// <summary>What a URB costs in bytes: the memory that its transfer takes, not the length that the client named.</summary>
    public static int CostOf(int length, int isoPackets) => TransferPool.CapacityFor(length) + (isoPackets * PacketBytes) + OverheadBytes;

    /// <summary>Takes <paramref name="cost"/> bytes and one URB, or nothing.</summary>
    public bool TryReserve(int cost)
    {
        lock (_gate)
        {
            var bytes = _bytes + cost;
            if (_urbs >= limits.MaxUrbs || bytes > limits.MaxBytes || !shared.TryTake(cost, BeyondShare(bytes) - BeyondShare(_bytes)))
            {
                return false;
            }

            _bytes = bytes;
            _urbs++;
            return true;
        }
    }

    public void Release(int cost)
    {
        lock (_gate)
        {
            var bytes = _bytes - cost;
            shared.Return(cost, BeyondShare(_bytes) - BeyondShare(bytes));
            _bytes = bytes;
            _urbs--;
        }
    }

    private long BeyondShare(long bytes) => Math.Max(0, bytes - limits.OwnBytes);
}
