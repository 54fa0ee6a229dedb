using System.Diagnostics;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Virtual.Engine;

/// <summary>
/// A virtual device held by a host: the engine that runs a <see cref="VirtualDevice"/>. Work is done on the thread that brings it: a transfer
/// whose outcome is known completes within its Submit. Who leaves the device's lock last hands over what was completed, in order and
/// outside the lock; whoever else completes something meanwhile leaves it to that thread. So the sink may submit and dispose as it likes.
/// </summary>
internal sealed class VirtualUsbDevice : IUsbDevice
{
    private readonly VirtualDevice _device;
    private readonly VirtualUsbBackend _backend;
    private readonly TransferPool _pool = new();
    private readonly Lock _gate = new();
    private readonly Queue<UsbTransfer> _completed = new();
    private readonly StandardRequests _requests;
    private readonly DeviceClock _clock;
    private ITransferSink? _sink;
    private int _depth;
    private bool _delivering;
    private bool _gone;
    private bool _disposed;

    public VirtualUsbDevice(VirtualUsbBackend backend, VirtualDevice device, UsbDeviceInfo info)
    {
        _backend = backend;
        _device = device;
        Info = info;
        Endpoints = new PipeTable(this, device.Definition);
        Code = new DeviceCode(device);
        _requests = new StandardRequests(this, device.Definition);
        _clock = new DeviceClock(this);
    }

    public UsbDeviceInfo Info { get; }

    /// <summary>The code of a virtual device runs on the thread that brings the transfer, and an image file's disk may have to spin up first.</summary>
    public bool MayWaitInSubmit => true;

    public DeviceDefinition Definition => _device.Definition;

    public PipeTable Endpoints { get; }

    /// <summary>The device's own code.</summary>
    public DeviceCode Code { get; }

    public void Start(ITransferSink sink)
    {
        _sink = sink;
        _ = Reset();
        if (Volatile.Read(ref _gone))
        {
            sink.DeviceLeft();
        }
    }

    public UsbTransfer CreateTransfer(int length, int isoPackets = 0)
    {
        var transfer = _pool.Rent(length, isoPackets);
        transfer.BackendState ??= new VirtualUrb(transfer);
        return transfer;
    }

    public void Submit(UsbTransfer transfer)
    {
        transfer.MarkSubmitted(true);
        var urb = VirtualUrb.Of(transfer);
        urb.Progress = 0;
        Enter();
        if (_gone || _disposed)
        {
            Complete(transfer, UrbStatus.NoDevice, 0);
        }
        else if (transfer.Type == TransferType.Control && (transfer.EndpointAddress & 0x0F) == 0)
        {
            var status = _requests.Run(transfer, out var count);
            Complete(transfer, status, count);
        }
        else if (Endpoints.FindPipe(transfer.EndpointAddress) is { } pipe && pipe.Endpoint.Type == transfer.Type)
        {
            pipe.Submit(urb);
        }
        else
        {
            Complete(transfer, UrbStatus.NoEntry, 0);
        }

        Exit();
    }

    public void Cancel(UsbTransfer transfer)
    {
        Enter();
        var urb = VirtualUrb.Of(transfer);
        if (urb.Pipe is { } pipe)
        {
            pipe.Finish(urb, UrbStatus.Unlinked);
            pipe.Wake();
        }

        Exit();
    }

    public UrbStatus SetConfiguration(byte value) => Request(() => _requests.SetConfiguration(value));

    public UrbStatus SetInterface(byte number, byte alternateSetting) => Request(() => _requests.SetInterface(number, alternateSetting));

    public UrbStatus ClearHalt(byte endpointAddress) => Request(() => _requests.ClearHalt(endpointAddress));

    public UrbStatus Reset() => Request(() => _requests.Reset());

    public void Dispose()
    {
        Enter();
        var first = !_disposed;
        _disposed = true;
        Endpoints.FinishAll(UrbStatus.Shutdown);
        Exit();
        if (first)
        {
            _clock.Stop();
            _backend.Close(_device, this);
            _pool.Dispose();
        }
    }

    /// <summary>The device was taken away.</summary>
    internal void Unplug()
    {
        Enter();
        Volatile.Write(ref _gone, true);
        Exit();
        _sink?.DeviceLeft();
    }

    internal void Enter()
    {
        _gate.Enter();
        _depth++;
    }

    internal void Exit()
    {
        if (_depth == 1)
        {
            if (_gone)
            {
                Endpoints.FinishAll(UrbStatus.Shutdown);
            }

            _clock.WakeAt(Endpoints.Pump());
        }

        _depth--;
        var deliver = _depth == 0 && !_delivering && _completed.Count > 0;
        _delivering |= deliver;
        _gate.Exit();
        if (deliver)
        {
            Deliver();
        }
    }

    /// <summary>Under the lock. The sink hears of it when the lock is left.</summary>
    internal void Complete(UsbTransfer transfer, UrbStatus status, int actualLength)
    {
        transfer.Status = status;
        transfer.ActualLength = actualLength;
        _completed.Enqueue(transfer);
    }

    private UrbStatus Request(Func<bool> request)
    {
        Enter();
        var status = _gone ? UrbStatus.NoDevice : request() ? UrbStatus.Ok : UrbStatus.NoEntry;
        Exit();
        return status;
    }

    private void Deliver()
    {
        Debug.Assert(_sink is not null, "Start comes before the first submit.");
        var told = false;
        while (true)
        {
            UsbTransfer? transfer;
            lock (_gate)
            {
                if (!_completed.TryDequeue(out transfer) && told)
                {
                    _delivering = false;
                    return;
                }
            }

            if (transfer is not null)
            {
                transfer.MarkSubmitted(false);
                _sink.TransferCompleted(transfer);
                told = false;
            }
            else
            {
                _sink.CompletionsDelivered();
                told = true;
            }
        }
    }
}
