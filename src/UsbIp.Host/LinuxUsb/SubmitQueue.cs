using System.Diagnostics;
using UsbIp.Protocol;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// Hands the transfers of one device to the system in order. usbfs has one memory budget for the whole system; when it is spent, transfers wait
/// here, oldest first, and everything submitted later waits behind them, so that no endpoint is served out of order. They are tried again
/// after every completion of any device and a few milliseconds apart. Safe for use by several threads.
/// </summary>
internal sealed class SubmitQueue(CompletionThread events, Func<long> memoryLimit)
{
    /// <summary>usbfs accounts for the URB itself too, and for 32 bytes per 16 KiB of scatter list (kernel: devio.c, proc_do_submiturb).</summary>
    private const int UrbOverhead = 512;
    private const int ScatterShare = 16384 / 32;

    /// <summary>How long the oldest transfer may find no memory before it is answered with -ENOMEM: every wait has an end.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly LinkedList<SystemTransfer> _waiting = [];
    private bool _isClosed;

    /// <summary>Ok if the system or this queue has it, so that it is not the caller's any more; otherwise what refused it.</summary>
    public UrbStatus Submit(SystemTransfer transfer)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return UrbStatus.Shutdown;
            }

            if (_waiting.Count == 0)
            {
                var status = transfer.Submit();
                if (status != UrbStatus.NoMemory)
                {
                    return status;
                }

                if (CanNeverFit(transfer))
                {
                    return UrbStatus.NoMemory;
                }

                events.Starved(this);
            }

            transfer.WaitingSince = Stopwatch.GetTimestamp();
            _waiting.AddLast(transfer.WaitingNode);
            return UrbStatus.Ok;
        }
    }

    /// <summary>True if the transfer was still waiting: the system has nothing of it, and it is the caller's again.</summary>
    public bool TryWithdraw(SystemTransfer transfer)
    {
        lock (_gate)
        {
            if (transfer.WaitingNode.List != _waiting)
            {
                return false;
            }

            _waiting.Remove(transfer.WaitingNode);
            SatisfiedIfEmptyLocked();
            return transfer.TryGiveUp(UrbStatus.Unlinked);
        }
    }

    /// <summary>Tries again, oldest first, until usbfs refuses. Adds those that ended instead to <paramref name="ended"/>, their status set.</summary>
    public void Retry(List<SystemTransfer> ended)
    {
        lock (_gate)
        {
            while (_waiting.First is { } first)
            {
                var transfer = first.Value;
                _waiting.RemoveFirst();
                var status = transfer.Submit();
                if (status == UrbStatus.NoMemory && Stopwatch.GetElapsedTime(transfer.WaitingSince) < Patience)
                {
                    _waiting.AddFirst(first);
                    return;
                }

                if (status != UrbStatus.Ok && (status != UrbStatus.NoMemory || transfer.TryGiveUp(status)))
                {
                    transfer.Refuse(status);
                    ended.Add(transfer);
                }
            }

            SatisfiedIfEmptyLocked();
        }
    }

    /// <summary>Takes no more and gives back all that wait: the device is gone.</summary>
    public void Close(List<SystemTransfer> ended)
    {
        lock (_gate)
        {
            _isClosed = true;
            foreach (var transfer in _waiting)
            {
                if (transfer.TryGiveUp(UrbStatus.Shutdown))
                {
                    ended.Add(transfer);
                }
            }

            _waiting.Clear();
            SatisfiedIfEmptyLocked();
        }
    }

    private bool CanNeverFit(SystemTransfer transfer)
    {
        long length = transfer.Transfer.Length;
        return memoryLimit() is > 0 and var limit && length + (length / ScatterShare) + UrbOverhead > limit;
    }

    private void SatisfiedIfEmptyLocked()
    {
        if (_waiting.Count == 0)
        {
            events.Satisfied(this);
        }
    }
}
