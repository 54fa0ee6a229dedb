using System.Collections.Concurrent;
using System.Diagnostics;
using UsbIp.Devices;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.TestKit;

/// <summary>
/// Drives a device through the seam as one host would, and keeps what became of every transfer in the order in which it was told. A wait that
/// does not end within <see cref="Patience"/> fails the test.
/// </summary>
public sealed class TestSink : ITransferSink, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly BlockingCollection<UsbTransfer> _completed = [];
    private readonly ManualResetEventSlim _left = new();
    private int _deliveries;
    private int _disposed;

    public TestSink(IUsbDevice device)
    {
        Device = device;
        device.Start(this);
    }

    public IUsbDevice Device { get; }

    /// <summary>Transfers that have completed and were not taken by the test.</summary>
    public int CompletedCount => _completed.Count;

    /// <summary>How often the device said that nothing more is at hand.</summary>
    public int Deliveries => Volatile.Read(ref _deliveries);

    /// <summary>Runs in place of keeping the transfer; what it throws is the test's failure.</summary>
    public Action<UsbTransfer>? OnCompleted { get; set; }

    /// <summary>A control request with its result: the status, and the data that came back.</summary>
    public (UrbStatus Status, byte[] Data) Control(byte requestType, byte request, int value, int index, int length) =>
        Finish(SubmitControl(requestType, request, value, index, length));

    /// <summary>A control request that sends data.</summary>
    public UrbStatus ControlOut(byte requestType, byte request, int value, int index, params byte[] data) =>
        Finish(SubmitControl(requestType, request, value, index, data.Length, data)).Status;

    public UsbTransfer SubmitControl(byte requestType, byte request, int value, int index, int length, byte[]? data = null)
    {
        var transfer = Device.CreateTransfer(length);
        transfer.Setup = new SetupPacket(requestType, request, (ushort)value, (ushort)index, (ushort)length);
        transfer.EndpointAddress = (byte)(transfer.Setup.IsIn && length > 0 ? 0x80 : 0);
        data?.CopyTo(transfer.Data);
        Device.Submit(transfer);
        return transfer;
    }

    /// <summary>Submits an IN transfer and leaves it with the device.</summary>
    public UsbTransfer SubmitIn(byte endpoint, int length, TransferType type = TransferType.Bulk)
    {
        var transfer = Device.CreateTransfer(length);
        transfer.EndpointAddress = (byte)(endpoint | 0x80);
        transfer.Type = type;
        transfer.Data.Fill(0xA5);
        Device.Submit(transfer);
        return transfer;
    }

    /// <summary>Submits an OUT transfer and leaves it with the device.</summary>
    public UsbTransfer SubmitOut(byte endpoint, ReadOnlySpan<byte> data, TransferType type = TransferType.Bulk, bool zeroPacket = false)
    {
        var transfer = Device.CreateTransfer(data.Length);
        transfer.EndpointAddress = endpoint;
        transfer.Type = type;
        transfer.ZeroPacket = zeroPacket;
        data.CopyTo(transfer.Data);
        Device.Submit(transfer);
        return transfer;
    }

    /// <summary>Submits an isochronous transfer of equal packets.</summary>
    public UsbTransfer SubmitIso(byte address, int packets, int packetLength, Action<int, Memory<byte>>? fill = null)
    {
        var transfer = Device.CreateTransfer(packets * packetLength, packets);
        transfer.EndpointAddress = address;
        transfer.Type = TransferType.Isochronous;
        for (var index = 0; index < packets; index++)
        {
            transfer.IsoPackets[index].Length = packetLength;
            var packet = new byte[packetLength];
            fill?.Invoke(index, packet);
            packet.CopyTo(transfer.Data[(index * packetLength)..]);
        }

        Device.Submit(transfer);
        return transfer;
    }

    public (UrbStatus Status, byte[] Data) In(byte endpoint, int length, TransferType type = TransferType.Bulk) =>
        Finish(SubmitIn(endpoint, length, type));

    /// <summary>The status, and how many bytes the device took.</summary>
    public (UrbStatus Status, int Length) Out(byte endpoint, ReadOnlySpan<byte> data, TransferType type = TransferType.Bulk, bool zeroPacket = false)
    {
        var transfer = Expect(SubmitOut(endpoint, data, type, zeroPacket));
        var result = (transfer.Status, transfer.ActualLength);
        transfer.Dispose();
        return result;
    }

    /// <summary>The next transfer to complete, whichever it is; the test disposes it.</summary>
    public UsbTransfer Next()
    {
        if (!_completed.TryTake(out var transfer, Patience))
        {
            throw new TimeoutException("No transfer completed.");
        }

        return transfer;
    }

    /// <summary>Waits for a transfer that must be the next to complete.</summary>
    public UsbTransfer Expect(UsbTransfer expected)
    {
        var transfer = Next();
        return ReferenceEquals(transfer, expected)
            ? transfer
            : throw new InvalidOperationException($"A transfer of endpoint 0x{transfer.EndpointAddress:x2} completed before the expected one.");
    }

    /// <summary>The result of a transfer that must be the next to complete; the transfer is disposed.</summary>
    public (UrbStatus Status, byte[] Data) Finish(UsbTransfer expected)
    {
        var transfer = Expect(expected);
        var result = (transfer.Status, transfer.Data[..(transfer.EndpointAddress >= 0x80 ? transfer.ActualLength : 0)].ToArray());
        transfer.Dispose();
        return result;
    }

    /// <summary>Waits until the device says that it has left.</summary>
    public void ExpectDeparture()
    {
        if (!_left.Wait(Patience))
        {
            throw new TimeoutException("The device did not leave.");
        }
    }

    public void TransferCompleted(UsbTransfer transfer)
    {
        Debug.Assert(transfer is not null, "A completion names its transfer.");
        if (OnCompleted is { } onCompleted)
        {
            onCompleted(transfer);
        }
        else
        {
            _completed.Add(transfer);
        }
    }

    public void CompletionsDelivered() => Interlocked.Increment(ref _deliveries);

    public void DeviceLeft() => _left.Set();

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        while (_completed.TryTake(out var transfer))
        {
            transfer.Dispose();
        }

        Device.Dispose();
        _completed.Dispose();
        _left.Dispose();
    }
}
