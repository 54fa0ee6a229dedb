using UsbIp.Devices;

namespace UsbIp.Host.Session;

/// <summary>Starts and cancels URBs on the device in step with <see cref="PendingUrbs"/>, which says whether there still is something to start or to cancel.</summary>
/// <param name="device">The device.</param>
/// <param name="pending">What the client asked for.</param>
/// <param name="recycle">Takes URBs back that no reply refers to.</param>
/// <param name="flush">Sends the replies that a cancel has caused.</param>
public sealed class DeviceCalls(IUsbDevice device, PendingUrbs pending, Action<PendingUrb> recycle, Action flush)
{
    private readonly Lock _step = new();

    /// <summary>Hands the URB to the device; one that was unlinked meanwhile is recycled. For the receive loop, which reads UNLINKs only afterwards.</summary>
    public void Submit(PendingUrb urb)
    {
        if (pending.TryStart(urb))
        {
            device.Submit(urb.Transfer!); // touches nothing afterwards: it may be answered and reused already
        }
        else
        {
            recycle(urb);
        }
    }

    /// <summary>As <see cref="Submit"/>, for other threads: a cancel that comes meanwhile waits until the device has what it is to cancel.</summary>
    public void SubmitInStep(PendingUrb urb)
    {
        lock (_step)
        {
            Submit(urb);
        }
    }

    /// <summary>Cancels the URB if it still runs under that seqnum. Blocks until the bus lets go of it.</summary>
    public void Cancel(PendingUrb urb, uint seqnum)
    {
        if (!TryBeginCancel(urb, seqnum))
        {
            return;
        }

        try
        {
            device.Cancel(urb.Transfer!);
        }
        finally
        {
            pending.EndCancel(urb);
        }

        flush();
    }

    /// <summary>Cancels every running URB that <paramref name="isWanted"/> picks.</summary>
    public void CancelAll(Func<PendingUrb, bool> isWanted)
    {
        var running = new List<(PendingUrb Urb, uint Seqnum)>();
        pending.CollectRunning(isWanted, running);
        foreach (var (urb, seqnum) in running)
        {
            Cancel(urb, seqnum);
        }
    }

    /// <summary>Takes the URB out of the queue's hands: true if a special request may now be carried out for it.</summary>
    public bool TryStartSpecial(PendingUrb urb)
    {
        if (pending.TryStart(urb, UrbPhase.Special))
        {
            return true;
        }

        recycle(urb);
        return false;
    }

    public void Flush() => flush();

    private bool TryBeginCancel(PendingUrb urb, uint seqnum)
    {
        lock (_step)
        {
            return pending.TryBeginCancel(urb, seqnum);
        }
    }
}
