using UsbIp.Devices;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.BackendProbe;

/// <summary>One open device and what has completed of it: submit, then wait. Owns the device.</summary>
internal sealed class ProbeSession : ITransferSink, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly object _gate = new();
    private readonly Queue<UsbTransfer> _completed = new(4096);
    private int _undelivered;

    public ProbeSession(IUsbDevice device)
    {
        Device = device;
        device.Start(this);
    }

    public IUsbDevice Device { get; }

    /// <summary>How often the device was said to have left.</summary>
    public int Departures { get; private set; }

    /// <summary>Whether some completion was not followed by a word that it was the last for now.</summary>
    public bool HasUndelivered
    {
        get
        {
            lock (_gate)
            {
                return _undelivered > 0;
            }
        }
    }

    public UsbTransfer Control(byte type, byte request, ushort value, ushort index, int length)
    {
        var transfer = Device.CreateTransfer(length);
        transfer.Type = TransferType.Control;
        transfer.EndpointAddress = (byte)(type & 0x80);
        transfer.Setup = new SetupPacket(type, request, value, index, (ushort)length);
        return transfer;
    }

    public UsbTransfer Plain(EndpointDescriptor endpoint, int length)
    {
        var transfer = Device.CreateTransfer(length);
        transfer.Type = endpoint.Type;
        transfer.EndpointAddress = endpoint.Address;
        if (!endpoint.IsIn)
        {
            transfer.Data.Clear(); // a SourceSink gadget halts on anything but zeros
        }

        return transfer;
    }

    public void Submit(UsbTransfer transfer) => Device.Submit(transfer);

    /// <summary>The next completion, or null after a while.</summary>
    public UsbTransfer? Next()
    {
        lock (_gate)
        {
            while (_completed.Count == 0)
            {
                if (!Monitor.Wait(_gate, Patience))
                {
                    return null;
                }
            }

            return _completed.Dequeue();
        }
    }

    /// <summary>Submits it and waits for it.</summary>
    public UsbTransfer Run(UsbTransfer transfer)
    {
        Submit(transfer);
        return Next() ?? throw new TimeoutException($"no completion of endpoint 0x{transfer.EndpointAddress:x2}");
    }

    public bool WaitForDeparture()
    {
        lock (_gate)
        {
            while (Departures == 0)
            {
                if (!Monitor.Wait(_gate, Patience))
                {
                    return false;
                }
            }

            return true;
        }
    }

    public void TransferCompleted(UsbTransfer transfer)
    {
        lock (_gate)
        {
            _completed.Enqueue(transfer);
            _undelivered++;
            Monitor.PulseAll(_gate);
        }
    }

    public void CompletionsDelivered()
    {
        lock (_gate)
        {
            _undelivered = 0;
        }
    }

    public void DeviceLeft()
    {
        lock (_gate)
        {
            Departures++;
            Monitor.PulseAll(_gate);
        }
    }

    public void Dispose() => Device.Dispose();
}
