using System.Collections.Concurrent;
using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.TestKit;

/// <summary>
/// A device of <see cref="ScriptedBackend"/>. Transfers wait until the test completes them, unless <see cref="OnSubmit"/> does; a cancel completes them with
/// <see cref="UrbStatus.Unlinked"/>, unless <see cref="OnCancel"/> does otherwise. Counts what a session must not get wrong.
/// </summary>
public sealed class ScriptedDevice(UsbDeviceInfo info) : IUsbDevice
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HashSet<UsbTransfer> _out = []; // its own gate; allocates nothing in steady state
    private readonly BlockingCollection<UsbTransfer> _submitted = [];
    private readonly BlockingCollection<UsbTransfer> _cancelled = [];
    private TransferPool _pool = new();
    private ITransferSink? _sink;
    private int _open;

    public UsbDeviceInfo Info { get; } = info;

    public bool MayWaitInSubmit { get; set; }

    /// <summary>Runs in place of waiting for the test; true if it completed the transfer itself.</summary>
    public Func<UsbTransfer, bool>? OnSubmit { get; set; }

    /// <summary>Runs in place of completing a cancelled transfer.</summary>
    public Action<UsbTransfer>? OnCancel { get; set; }

    /// <summary>What the special requests answer.</summary>
    public Func<string, UrbStatus> OnSpecial { get; set; } = _ => UrbStatus.Ok;

    /// <summary>The special requests so far, such as "SetInterface 0 1".</summary>
    public ConcurrentQueue<string> Specials { get; } = new();

    /// <summary>Transfers submitted and not completed.</summary>
    public int TransfersOut
    {
        get
        {
            lock (_out)
            {
                return _out.Count;
            }
        }
    }

    /// <summary>Transfers created and not disposed.</summary>
    public int TransfersAlive => _pool.InUse;

    public bool IsOpen => Volatile.Read(ref _open) == 1;

    public void Start(ITransferSink sink) => _sink = sink;

    public UsbTransfer CreateTransfer(int length, int isoPackets = 0) => _pool.Rent(length, isoPackets);

    public void Submit(UsbTransfer transfer)
    {
        transfer.MarkSubmitted(true);
        lock (_out)
        {
            _out.Add(transfer);
        }

        if (OnSubmit?.Invoke(transfer) != true)
        {
            _submitted.Add(transfer);
        }
    }

    public void Cancel(UsbTransfer transfer)
    {
        if (OnCancel is { } onCancel)
        {
            onCancel(transfer);
        }
        else if (IsOut(transfer))
        {
            Complete(transfer, UrbStatus.Unlinked, 0);
        }

        _cancelled.Add(transfer);
    }

    /// <summary>The next transfer that the session submitted.</summary>
    public UsbTransfer NextSubmitted() =>
        _submitted.TryTake(out var transfer, Patience) ? transfer : throw new TimeoutException("The session submitted nothing more.");

    /// <summary>The next transfer that the session cancelled.</summary>
    public UsbTransfer NextCancelled() =>
        _cancelled.TryTake(out var transfer, Patience) ? transfer : throw new TimeoutException("The session cancelled nothing more.");

    public void Complete(UsbTransfer transfer, UrbStatus status, int actualLength)
    {
        Finish(transfer, status, actualLength);
        _sink!.CompletionsDelivered();
    }

    /// <summary>As <see cref="Complete"/>, without the end of the batch.</summary>
    public void Finish(UsbTransfer transfer, UrbStatus status, int actualLength)
    {
        lock (_out)
        {
            if (!_out.Remove(transfer))
            {
                throw new InvalidOperationException("The transfer is not out.");
            }
        }

        transfer.Status = status;
        transfer.ActualLength = actualLength;
        transfer.MarkSubmitted(false);
        _sink!.TransferCompleted(transfer);
    }

    /// <summary>Pulls the plug: everything that is out ends, and the session hears of it.</summary>
    public void Unplug()
    {
        UsbTransfer[] all;
        lock (_out)
        {
            all = [.. _out];
        }

        foreach (var transfer in all)
        {
            Finish(transfer, UrbStatus.Shutdown, 0);
        }

        _sink!.CompletionsDelivered();
        _sink.DeviceLeft();
    }

    public UrbStatus SetConfiguration(byte value) => Special($"SetConfiguration {value}");

    public UrbStatus SetInterface(byte number, byte alternateSetting) => Special($"SetInterface {number} {alternateSetting}");

    public UrbStatus ClearHalt(byte endpointAddress) => Special($"ClearHalt {endpointAddress:x2}");

    public UrbStatus Reset() => Special("Reset");

    public void Dispose()
    {
        if (TransfersOut > 0)
        {
            throw new InvalidOperationException($"The device was closed with {TransfersOut} transfers out.");
        }

        Volatile.Write(ref _open, 0);
    }

    internal bool TryOpen()
    {
        if (Interlocked.Exchange(ref _open, 1) == 1)
        {
            return false;
        }

        _pool = new TransferPool();
        return true;
    }

    private bool IsOut(UsbTransfer transfer)
    {
        lock (_out)
        {
            return _out.Contains(transfer);
        }
    }

    private UrbStatus Special(string what)
    {
        Specials.Enqueue(what);
        return OnSpecial(what);
    }
}
