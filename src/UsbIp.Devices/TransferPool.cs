using System.Diagnostics;
using System.Numerics;

namespace UsbIp.Devices;

/// <summary>
/// The transfers of one open device, kept by size class (four to each power of two) so that a URB in steady state allocates nothing. Keeps at most
/// <see cref="MaxFreeBytes"/> that nobody uses; everything is freed with the device. Safe for use by several threads.
/// </summary>
public sealed class TransferPool : IDisposable
{
    /// <summary>Bytes of transfers kept for the next use: what a fast disk has in flight. Beyond it they are freed, other sizes first.</summary>
    public const int MaxFreeBytes = 4 * 1024 * 1024;

    private const int SmallestClass = 9; // 512 bytes
    private const int LargestClass = 30; // 1 GiB

    private readonly Lock _gate = new();
    private readonly Stack<UsbTransfer>[] _free;
    private readonly Func<int, NativeBuffer> _allocate;
    private long _freeBytes;
    private long _bytes;
    private int _inUse;
    private bool _disposed;

    /// <param name="allocate">Makes the memory of a transfer, by its capacity in bytes; ordinary memory without it.</param>
    public TransferPool(Func<int, NativeBuffer>? allocate = null)
    {
        _allocate = allocate ?? (capacity => new NativeBuffer(capacity));
        _free = new Stack<UsbTransfer>[(4 * (LargestClass - SmallestClass)) + 1];
        for (var index = 0; index < _free.Length; index++)
        {
            _free[index] = new Stack<UsbTransfer>();
        }
    }

    /// <summary>Transfers created and not disposed yet.</summary>
    public int InUse => Volatile.Read(ref _inUse);

    /// <summary>Bytes of native memory that the pool's transfers hold, in use and kept.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Bytes of native memory that a transfer of that length takes: at most a quarter more, at least 512.</summary>
    public static int CapacityFor(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, 1u << LargestClass);
        if (length <= 1 << SmallestClass)
        {
            return 1 << SmallestClass;
        }

        var step = 1 << (BitOperations.Log2((uint)length - 1) - 2);
        return (length + step - 1) & ~(step - 1);
    }

    public UsbTransfer Rent(int length, int isoPackets)
    {
        var capacity = CapacityFor(length);
        var sizeClass = SizeClass(capacity);
        UsbTransfer? transfer;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _inUse++;
            if (_free[sizeClass].TryPop(out transfer))
            {
                _freeBytes -= transfer.BytesHeld;
            }
        }

        transfer ??= Create(capacity);
        transfer.Reset(length, isoPackets);
        return transfer;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            Debug.Assert(_inUse == 0, "A device was closed with transfers out.");
            foreach (var stack in _free)
            {
                while (stack.TryPop(out var transfer))
                {
                    Free(transfer);
                }
            }
        }
    }

    internal void Return(UsbTransfer transfer)
    {
        if (transfer.IsSubmitted)
        {
            throw new InvalidOperationException($"A transfer of endpoint 0x{transfer.EndpointAddress:x2} was disposed while it was submitted.");
        }

        lock (_gate)
        {
            _inUse--;
            var sizeClass = SizeClass(transfer.Buffer.Capacity);
            if (!_disposed && TryMakeRoomLocked(transfer.BytesHeld, sizeClass))
            {
                _freeBytes += transfer.BytesHeld;
                _free[sizeClass].Push(transfer);
                return;
            }
        }

        Free(transfer);
    }

    /// <summary>0 for the smallest capacity; then 1.25, 1.5, 1.75 and 2 times each power of two.</summary>
    private static int SizeClass(int capacity)
    {
        var power = BitOperations.Log2((uint)capacity - 1);
        return capacity == 1 << SmallestClass ? 0 : (4 * (power - SmallestClass)) + (capacity >> (power - 2)) - 4;
    }

    /// <summary>Frees kept transfers of other sizes, the largest first: what is returned now is the likeliest to be wanted next.</summary>
    private bool TryMakeRoomLocked(int bytes, int sizeClass)
    {
        if (bytes > MaxFreeBytes)
        {
            return false;
        }

        for (var other = _free.Length - 1; other >= 0 && _freeBytes + bytes > MaxFreeBytes; other--)
        {
            while (other != sizeClass && _freeBytes + bytes > MaxFreeBytes && _free[other].TryPop(out var transfer))
            {
                _freeBytes -= transfer.BytesHeld;
                Free(transfer);
            }
        }

        return _freeBytes + bytes <= MaxFreeBytes;
    }

    private UsbTransfer Create(int capacity)
    {
        Interlocked.Add(ref _bytes, capacity);
        return new UsbTransfer(this, _allocate(capacity));
    }

    private void Free(UsbTransfer transfer)
    {
        Interlocked.Add(ref _bytes, -transfer.Buffer.Capacity);
        transfer.BackendState?.Dispose();
        transfer.BackendState = null;
        transfer.Buffer.Dispose();
    }
}
