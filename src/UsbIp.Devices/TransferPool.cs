using System.Diagnostics;
using System.Numerics;

namespace UsbIp.Devices;

/// <summary>
/// The transfers of one open device, kept by size class (powers of two) so that a URB in steady state allocates nothing. Keeps at most what
/// was in flight at once; everything is freed with the device. Safe for use by several threads.
/// </summary>
public sealed class TransferPool : IDisposable
{
    private const int SmallestClass = 9; // 512 bytes

    private readonly Lock _gate = new();
    private readonly Stack<UsbTransfer>[] _free;
    private int _inUse;
    private bool _disposed;

    public TransferPool()
    {
        _free = new Stack<UsbTransfer>[32 - SmallestClass];
        for (var index = 0; index < _free.Length; index++)
        {
            _free[index] = new Stack<UsbTransfer>();
        }
    }

    /// <summary>Transfers created and not disposed yet.</summary>
    public int InUse => Volatile.Read(ref _inUse);

    public UsbTransfer Rent(int length, int isoPackets)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var sizeClass = SizeClass(length);
        UsbTransfer? transfer = null;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _inUse++;
            if (_free[sizeClass].Count > 0)
            {
                transfer = _free[sizeClass].Pop();
            }
        }

        transfer ??= new UsbTransfer(this, new NativeBuffer(1 << (sizeClass + SmallestClass)));
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
            if (!_disposed)
            {
                _free[SizeClass(transfer.Buffer.Capacity)].Push(transfer);
                return;
            }
        }

        Free(transfer);
    }

    private static int SizeClass(int length) => Math.Max(0, BitOperations.Log2((uint)Math.Max(1, length - 1)) + 1 - SmallestClass);

    private static void Free(UsbTransfer transfer)
    {
        transfer.BackendState?.Dispose();
        transfer.BackendState = null;
        transfer.Buffer.Dispose();
    }
}
