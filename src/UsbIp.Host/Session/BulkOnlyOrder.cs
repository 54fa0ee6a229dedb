using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// Lets a client send a storage command's stages without waiting for each (<see cref="Extensions.BulkOnlyOrder"/>): a read of a bulk-only
/// device is held back until the writes that were sent before it have ended. So the device sees command, data and status one after the other,
/// as its own driver would send them; some devices stall a status that is asked for while their data is still going out. Reads among
/// themselves are ordered by their endpoint.
/// </summary>
public sealed class BulkOnlyOrder(EndpointTable endpoints, DeviceCalls calls, PendingUrbs pending, Extensions accepted)
{
    private readonly bool _isOn = accepted.HasFlag(Extensions.BulkOnlyOrder);
    private readonly Lock _gate = new();
    private readonly Queue<PendingUrb> _held = new();
    private int _writes;
    private bool _isReleasing; // what comes meanwhile must not overtake
    private bool _isStopped;

    /// <summary>True if the URB is kept here and will be submitted in its turn. Called by the receive loop alone.</summary>
    public bool TryHold(PendingUrb urb)
    {
        if (!_isOn || !endpoints.IsBulkOnly(urb.Request.EndpointAddress))
        {
            return false;
        }

        lock (_gate)
        {
            if (urb.Request.Direction == UrbDirection.Out)
            {
                urb.DelaysReads = true;
                _writes++;
                return false;
            }

            if (_isStopped || (_writes == 0 && _held.Count == 0 && !_isReleasing))
            {
                return false;
            }

            _held.Enqueue(urb);
            return true;
        }
    }

    /// <summary>The URB has ended, whichever way: reads that waited for it go to the device. Harmless when called again.</summary>
    public void Ended(PendingUrb urb)
    {
        if (!urb.DelaysReads)
        {
            return;
        }

        urb.DelaysReads = false;
        lock (_gate)
        {
            _writes--;
            if (_writes > 0 || _isReleasing)
            {
                return;
            }

            _isReleasing = true;
        }

        while (TryTake(out var read))
        {
            calls.Submit(read!);
        }
    }

    /// <summary>The session ends: what is held is completed as shut down.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
        }

        while (_held.TryDequeue(out var urb))
        {
            if (calls.TryStartSpecial(urb))
            {
                urb.Transfer!.Status = UrbStatus.Shutdown;
                pending.Complete(urb);
            }
        }
    }

    private bool TryTake(out PendingUrb? urb)
    {
        lock (_gate)
        {
            urb = null;
            _isReleasing = !_isStopped && _writes == 0 && _held.TryDequeue(out urb);
            return _isReleasing;
        }
    }
}
