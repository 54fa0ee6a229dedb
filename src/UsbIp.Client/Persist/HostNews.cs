using UsbIp.Client.Remote;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;
using UsbIp.Protocol.Watching;

namespace UsbIp.Client.Persist;

/// <summary>
/// Waits until another try to attach a device has a chance. A host that can push is asked once to tell, and is asked for the device again when it does,
/// and now and then all the same: not all that frees a device is an event (its own machine unmounts it). Where none answers, or one cannot push, time
/// decides. One thread.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="device">The device there.</param>
/// <param name="time">The clock of the waits.</param>
internal sealed class HostNews(HostAddress host, DeviceSelector device, TimeProvider time) : IDisposable
{
    /// <summary>After so long without a word that concerns the device, a try is made.</summary>
    private static readonly TimeSpan Trust = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan MaxRest = TimeSpan.FromMinutes(10);

    private readonly BusId? _busId = device.Kind == SelectorKind.Port ? BusId.Parse(device.Value) : device.BusId;
    private readonly BackOff _backOff = new(Random.Shared);
    private HostWatcher? _watcher;
    private bool _cannotPush;

    /// <summary>The device is attached: there is nothing to be told until it is lost.</summary>
    public void Forget()
    {
        Drop();
        _cannotPush = false;
        _backOff.Reset();
    }

    /// <summary>A moment, for a session that ended as soon as it had begun: whatever ends the next one as well must not make a loop of it.</summary>
    /// <returns>False if the wait was ended.</returns>
    public bool Pause(CancellationToken stop)
    {
        _backOff.Reset();
        return WaitForTime(stop);
    }

    /// <summary>Leaves the device alone for as long as its host asks for: it was taken from this machine on purpose. Not longer than we think reasonable.</summary>
    /// <returns>False if the wait was ended.</returns>
    public bool Rest(TimeSpan asked, CancellationToken stop) => asked == TimeSpan.Zero || WaitFor(asked < MaxRest ? asked : MaxRest, stop);

    /// <param name="next">What decides.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <returns>False if the wait was ended.</returns>
    public bool Wait(NextTry next, CancellationToken stop)
    {
        try
        {
            return (next != NextTry.Later && !_cannotPush && WaitForPush(next, stop)) || WaitForTime(stop);
        }
        catch (CommandException)
        {
            Drop(); // the host went away, or has too many watchers
            return WaitForTime(stop);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose() => Drop();

    /// <returns>False if the host cannot push.</returns>
    private bool WaitForPush(NextTry next, CancellationToken stop)
    {
        if (_watcher is null)
        {
            _watcher = HostWatcher.TryOpen(host, stop);
            _cannotPush = _watcher is null;
            _watcher?.Read(); // how things stand
            return _watcher is not null; // what happened before the watch began is found out by trying
        }

        var begun = time.GetTimestamp();
        var most = next == NextTry.WhenTold ? Trust : _backOff.Next();
        bool IsEnough() => time.GetElapsedTime(begun) >= most; // asked at each sign of life of the host
        while (_watcher.ReadUntil(IsEnough) is { } notice)
        {
            if (MayHaveCome(notice))
            {
                return true;
            }
        }

        return true; // nothing came: a look does no harm
    }

    private bool MayHaveCome(HostNotice notice) => notice switch
    {
        DeviceHappening { What: { Kind: DeviceEventKind.Plugged or DeviceEventKind.Exported or DeviceEventKind.Released } what } =>
            _busId is null || what.Device.BusId == _busId,
        DevicesStand => true, // behind what was missed
        _ => false,
    };

    private bool WaitForTime(CancellationToken stop) => WaitFor(_backOff.Next(), stop);

    private bool WaitFor(TimeSpan wait, CancellationToken stop)
    {
        using var due = new CancellationTokenSource(wait, time);
        return WaitHandle.WaitAny([stop.WaitHandle, due.Token.WaitHandle]) != 0;
    }

    private void Drop()
    {
        _watcher?.Dispose();
        _watcher = null;
    }
}
