using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.LinuxUsb;

/// <summary>An open device of this machine. Owns its node, its handle and its claims.</summary>
internal sealed class LinuxUsbDevice : IUsbDevice
{
    private readonly DeviceHandle _handle;
    private readonly UsbfsNode _node;
    private readonly InterfaceClaims _claims;
    private readonly Action<LinuxUsbDevice> _closed;
    private readonly SubmitQueue _queue;
    private readonly TransferPool _pool;
    private volatile ITransferSink? _sink;
    private volatile bool _isGone;
    private int _isDepartureTold;
    private int _isDisposed;

    /// <param name="info">The device as it was found, before it was claimed.</param>
    /// <param name="node">Its open node.</param>
    /// <param name="handle">What was opened over that node.</param>
    /// <param name="claims">Its interfaces, all claimed.</param>
    /// <param name="events">The thread that completes its transfers.</param>
    /// <param name="closed">Told when the device has been given back.</param>
    public LinuxUsbDevice(UsbDeviceInfo info, UsbfsNode node, DeviceHandle handle, InterfaceClaims claims, CompletionThread events, Action<LinuxUsbDevice> closed)
    {
        Info = info;
        _node = node;
        _handle = handle;
        _claims = claims;
        _closed = closed;
        _pool = new TransferPool(capacity => handle.TryLendMemory(capacity) ?? new NativeBuffer(capacity));
        _queue = new SubmitQueue(events, UsbfsMemory.ReadLimit);
    }

    public UsbDeviceInfo Info { get; }

    public void Start(ITransferSink sink)
    {
        _sink = sink;
        if (_isGone)
        {
            TellDeparture();
        }
    }

    public UsbTransfer CreateTransfer(int length, int isoPackets = 0) => _pool.Rent(length, isoPackets);

    public void Submit(UsbTransfer transfer)
    {
        transfer.MarkSubmitted(true);
        var native = _handle.TransferFor(this, transfer);
        var status = native.Prepare() ? _queue.Submit(native) : UrbStatus.Invalid;
        if (status != UrbStatus.Ok)
        {
            Refuse(native, status);
        }
    }

    public void Cancel(UsbTransfer transfer)
    {
        if (transfer.BackendState is not SystemTransfer native)
        {
            return;
        }

        if (_queue.TryWithdraw(native))
        {
            Refuse(native, UrbStatus.Unlinked);
        }
        else
        {
            native.Cancel();
        }
    }

    public UrbStatus SetConfiguration(byte value) => _claims.Configure(value);

    public UrbStatus SetInterface(byte number, byte alternateSetting) => _handle.SetInterface(number, alternateSetting);

    public UrbStatus ClearHalt(byte endpointAddress) => _handle.ClearHalt((byte)(endpointAddress & 0x8F));

    public UrbStatus Reset() => _claims.Reset();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        try
        {
            _claims.GiveBack();
        }
        finally
        {
            // Whatever went wrong with the drivers: an open handle would keep the device from everybody.
            _pool.Dispose();
            _handle.Dispose();
            _node.Dispose();
            _closed(this);
        }
    }

    /// <summary>The device is gone: nothing waits for memory any more, and the sink hears of it once. From any thread.</summary>
    internal void Leave()
    {
        _isGone = true;
        var ended = new List<SystemTransfer>();
        _queue.Close(ended);
        foreach (var transfer in ended)
        {
            Refuse(transfer, UrbStatus.Shutdown);
        }

        if (_sink is not null)
        {
            TellDeparture();
        }
    }

    /// <summary>Hands a completed transfer to its sink. On the event thread.</summary>
    internal void Finish(UsbTransfer transfer)
    {
        // One lost transfer is no proof: releasing an interface looks the same. The node knows. Asked now, while the transfer keeps it open.
        if (transfer.Status == UrbStatus.Shutdown && !_isGone && _node.IsDisconnected)
        {
            Leave();
        }

        transfer.MarkSubmitted(false);
        _sink!.TransferCompleted(transfer);
    }

    /// <summary>No more completions of this device are at hand. On the event thread.</summary>
    internal void FinishPass() => _sink!.CompletionsDelivered();

    private void Refuse(SystemTransfer transfer, UrbStatus status)
    {
        transfer.Refuse(status);
        transfer.Transfer.MarkSubmitted(false);
        _sink!.TransferCompleted(transfer.Transfer);
        _sink.CompletionsDelivered();
    }

    private void TellDeparture()
    {
        if (Interlocked.Exchange(ref _isDepartureTold, 1) == 0)
        {
            _sink!.DeviceLeft();
        }
    }
}
