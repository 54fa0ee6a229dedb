using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol;

namespace UsbIp.Host.LibUsb;

/// <summary>
/// A device opened through libusb. Control transfers carry up to 4096 bytes: more is libusb's limit and completes with
/// <see cref="UrbStatus.Invalid"/>. Owns its node, its libusb handle and its claims.
/// </summary>
internal sealed class LibUsbDevice : IUsbDevice
{
    private readonly nint _handle;
    private readonly UsbfsNode _node;
    private readonly InterfaceClaims _claims;
    private readonly Action<LibUsbDevice> _closed;
    private readonly SubmitQueue _queue;
    private readonly TransferPool _pool = new();
    private volatile ITransferSink? _sink;
    private volatile bool _isGone;
    private int _isDepartureTold;
    private int _isDisposed;

    /// <param name="info">The device as it was found, before it was claimed.</param>
    /// <param name="node">Its open node.</param>
    /// <param name="handle">libusb_device_handle over that node.</param>
    /// <param name="claims">Its interfaces, all claimed.</param>
    /// <param name="events">The thread that completes its transfers.</param>
    /// <param name="closed">Told when the device has been given back.</param>
    public LibUsbDevice(UsbDeviceInfo info, UsbfsNode node, nint handle, InterfaceClaims claims, LibUsbEventThread events, Action<LibUsbDevice> closed)
    {
        Info = info;
        Events = events;
        _node = node;
        _handle = handle;
        _claims = claims;
        _closed = closed;
        _queue = new SubmitQueue(events, UsbfsMemory.ReadLimit);
    }

    public UsbDeviceInfo Info { get; }

    public LibUsbEventThread Events { get; }

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
        var native = LibUsbTransfer.Of(this, transfer);
        var status = native.Prepare(_handle) ? _queue.Submit(native) : UrbStatus.Invalid;
        if (status != UrbStatus.Ok)
        {
            Refuse(transfer, status);
        }
    }

    public void Cancel(UsbTransfer transfer)
    {
        if (transfer.BackendState is not LibUsbTransfer native)
        {
            return;
        }

        if (_queue.TryWithdraw(native))
        {
            Refuse(transfer, UrbStatus.Unlinked);
        }
        else
        {
            native.Cancel(); // NOT_FOUND says that it has completed, which is as good
        }
    }

    public UrbStatus SetConfiguration(byte value) => _claims.Configure(value).ToUrbStatus();

    public UrbStatus SetInterface(byte number, byte alternateSetting) =>
        LibUsbNative.SetInterfaceAltSetting(_handle, number, alternateSetting).ToUrbStatus();

    public UrbStatus ClearHalt(byte endpointAddress) => LibUsbNative.ClearHalt(_handle, (byte)(endpointAddress & 0x8F)).ToUrbStatus();

    public UrbStatus Reset() => LibUsbNative.ResetDevice(_handle) switch
    {
        // The descriptors changed, or an interface could not be claimed again: the kernel enumerates the device anew.
        LibUsbError.NotFound or LibUsbError.NoDevice => UrbStatus.NoDevice,
        var error => error.ToUrbStatus(),
    };

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
            LibUsbNative.Close(_handle);
            _node.Dispose();
            _closed(this);
        }
    }

    /// <summary>The device is gone: nothing waits for memory any more, and the sink hears of it once. From any thread.</summary>
    internal void Leave()
    {
        _isGone = true;
        var ended = new List<LibUsbTransfer>();
        _queue.Close(ended);
        foreach (var transfer in ended)
        {
            Refuse(transfer.Transfer, UrbStatus.Shutdown);
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

    private void Refuse(UsbTransfer transfer, UrbStatus status)
    {
        transfer.Status = status;
        transfer.ActualLength = 0;
        transfer.MarkSubmitted(false);
        _sink!.TransferCompleted(transfer);
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
