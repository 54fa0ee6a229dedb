using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol;

namespace UsbIp.Host.Usbfs;

/// <summary>A device driven through its node alone. Owns its place with the event thread; the node is the device's.</summary>
internal sealed unsafe class UsbfsHandle : DeviceHandle
{
    private readonly int _node;
    private readonly ulong _token;
    private readonly UsbfsEventThread _events;
    private readonly UsbfsLentMemory? _memory;
    private readonly Lock _reaping = new();
    private int _urbsOut;
    private bool _isClosed;

    /// <param name="node">The open node.</param>
    /// <param name="capabilities">What usbfs can do with the device.</param>
    /// <param name="token">Its name with the event thread.</param>
    /// <param name="events">The thread that reaps its URBs.</param>
    public UsbfsHandle(UsbfsNode node, UsbfsCapabilities capabilities, ulong token, UsbfsEventThread events)
    {
        (_node, _token, _events) = (node.Descriptor, token, events);
        _memory = capabilities.HasFlag(UsbfsCapabilities.MemoryMap) ? new UsbfsLentMemory(node.Descriptor) : null;
        SplitsBulk = !capabilities.HasFlag(UsbfsCapabilities.BulkScatterGather) && capabilities.HasFlag(UsbfsCapabilities.BulkContinuation);
    }

    /// <summary>
    /// Whether long bulk transfers go as URBs of 16 KiB: the host controller wants each in one piece of memory, and the kernel may have none
    /// that is longer.
    /// </summary>
    public bool SplitsBulk { get; }

    public override UrbStatus Claim(byte interfaceNumber) => UsbfsResults.FromErrno(UsbfsRequests.DisconnectClaim(_node, interfaceNumber));

    public override UrbStatus Release(byte interfaceNumber) => UsbfsResults.FromErrno(UsbfsRequests.ReleaseInterface(_node, interfaceNumber));

    public override UrbStatus SetConfiguration(byte value) =>
        UsbfsResults.FromSetting(UsbfsRequests.SetConfiguration(_node, value == 0 ? -1 : value));

    public override UrbStatus SetInterface(byte number, byte alternateSetting) =>
        UsbfsResults.FromSetting(UsbfsRequests.SetInterface(_node, number, alternateSetting));

    public override UrbStatus ClearHalt(byte endpointAddress) => UsbfsResults.FromErrno(UsbfsRequests.ClearHalt(_node, endpointAddress));

    public override UrbStatus Reset() => UsbfsResults.FromErrno(UsbfsRequests.Reset(_node));

    public override NativeBuffer? TryLendMemory(int capacity) => _memory?.TryLend(capacity);

    public override SystemTransfer TransferFor(LinuxUsbDevice device, UsbTransfer transfer)
    {
        if (transfer.BackendState is not UsbfsTransfer kept)
        {
            transfer.BackendState = kept = new UsbfsTransfer(device, this, transfer);
        }

        return kept;
    }

    /// <returns>0, or the errno that refused it.</returns>
    public int Submit(UsbfsUrb* urb)
    {
        Interlocked.Increment(ref _urbsOut); // before it is out, so that the event thread never thinks that there is nothing to reap
        var errno = UsbfsRequests.SubmitUrb(_node, urb);
        if (errno != 0)
        {
            Interlocked.Decrement(ref _urbsOut);
        }

        return errno;
    }

    public void Discard(UsbfsUrb* urb) => _ = UsbfsRequests.DiscardUrb(_node, urb); // EINVAL says that it has ended, which is as good

    /// <summary>Reaps every URB that has ended. On the event thread.</summary>
    public void Reap()
    {
        // Held against Dispose alone: behind it the descriptor may become another device's.
        lock (_reaping)
        {
            while (!_isClosed && Volatile.Read(ref _urbsOut) > 0 && UsbfsRequests.TryReap(_node, out var urb))
            {
                Interlocked.Decrement(ref _urbsOut);
                var transfer = UsbfsTransfer.OwnerOf(urb);
                if (transfer.Ended())
                {
                    _events.Collect(transfer);
                }
            }
        }
    }

    public override void Dispose()
    {
        _events.Forget(_token, _node);
        lock (_reaping)
        {
            _isClosed = true;
        }
    }
}
