using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// Lets a client send a storage command's stages without waiting for each (<see cref="Extensions.BulkOnlyOrder"/>): a read of a bulk-only
/// device is held back until everything that was sent before it has ended. So the device sees command, data and status one after the other,
/// as its own driver would send them. Some stall a status that is asked for while their data is still going out; QEMU's forgets one that is
/// asked for behind data that is still coming in. Writes are in order by their endpoint.
/// </summary>
public sealed class BulkOnlyOrder(EndpointTable endpoints, DeviceCalls calls, PendingUrbs pending, Extensions accepted)
{
    private readonly bool _isOn = accepted.HasFlag(Extensions.BulkOnlyOrder);
    private readonly Lock _gate = new();
    private readonly Queue<PendingUrb> _held = new();
    private int _atDevice;
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
            var mustWait = urb.Request.Direction == UrbDirection.In && !_isStopped && (_atDevice > 0 || _held.Count > 0 || _isReleasing);
            if (mustWait)
            {
                _held.Enqueue(urb);
            }
            else
            {
                LeaveLocked(urb);
            }

            return mustWait;
        }
    }

    /// <summary>The URB has ended, whichever way: the next read that waited for it goes to the device. Harmless when called again.</summary>
    public void Ended(PendingUrb urb)
    {
        if (!urb.DelaysReads)
        {
            return;
        }

        urb.DelaysReads = false;
        lock (_gate)
        {
            _atDevice--;
            if (_atDevice > 0 || _isReleasing)
            {
                return;
            }

            _isReleasing = true;
        }

        while (TryTake(out var read))
        {
            calls.SubmitInStep(read!); // not on the receive loop: an UNLINK may come meanwhile
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
            _isReleasing = !_isStopped && _atDevice == 0 && _held.TryDequeue(out urb);
            if (_isReleasing)
            {
                LeaveLocked(urb!);
            }

            return _isReleasing;
        }
    }

    private void LeaveLocked(PendingUrb urb)
    {
        urb.DelaysReads = true;
        _atDevice++;
    }
}
