using UsbIp.Devices;
using UsbIp.Host.Service;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// The one thread that completes the transfers of all devices: it sleeps until some have ended, notes all that have, and only then hands
/// them to their devices' sinks; every sink touched hears that nothing more is at hand. Dispose stops it, after every device was closed.
/// </summary>
internal abstract class CompletionThread : IDisposable
{
    /// <summary>An idle thread wakes this often, for nothing; completions and calls wake it at once.</summary>
    private static readonly TimeSpan IdleWait = TimeSpan.FromSeconds(60);

    /// <summary>While transfers wait for usbfs memory, which other programs may hold and free without our hearing of it.</summary>
    private static readonly TimeSpan StarvedWait = TimeSpan.FromMilliseconds(5);

    private readonly Thread _thread;
    private readonly ManualResetEventSlim _stop = new();
    private readonly LoopPulse _pulse = new();

    // Touched by the event thread alone.
    private readonly List<SystemTransfer> _completed = new(256);
    private readonly List<SystemTransfer> _ended = [];
    private readonly List<LinuxUsbDevice> _touched = [];
    private readonly List<SubmitQueue> _retrying = [];

    private readonly Lock _gate = new();
    private readonly List<SubmitQueue> _starved = [];

    protected CompletionThread(string name) => _thread = new Thread(Run) { Name = name, IsBackground = true };

    /// <summary>Takes a device in hand; its transfers complete here from now on.</summary>
    /// <exception cref="UsbException">It cannot be used this way.</exception>
    public abstract DeviceHandle Open(UsbDeviceInfo device, UsbfsNode node);

    /// <summary>Completes when the thread has come round once more, whatever it is at.</summary>
    public Task PassAsync(CancellationToken patience)
    {
        var passed = _pulse.PassAsync(patience);
        Interrupt();
        return passed;
    }

    /// <summary>A queue has begun to wait for usbfs memory.</summary>
    public void Starved(SubmitQueue queue)
    {
        lock (_gate)
        {
            _starved.Add(queue);
        }

        Interrupt();
    }

    /// <summary>A queue waits no more.</summary>
    public void Satisfied(SubmitQueue queue)
    {
        lock (_gate)
        {
            _starved.Remove(queue);
        }
    }

    public void Dispose()
    {
        _stop.Set();
        Interrupt();
        _thread.Join();
        Close();
        _stop.Dispose();
    }

    /// <summary>Notes a transfer that has ended. Within <see cref="TryWait"/>.</summary>
    internal void Collect(SystemTransfer transfer) => _completed.Add(transfer);

    /// <summary>Begins to run: once whatever <see cref="TryWait"/> needs is there.</summary>
    protected void Start() => _thread.Start();

    /// <summary>Sleeps until transfers have ended, <see cref="Interrupt"/>, or the time is over; collects those that have ended.</summary>
    /// <returns>False if that went wrong in a way that may last.</returns>
    protected abstract bool TryWait(TimeSpan longest);

    /// <summary>Wakes the thread. From any thread.</summary>
    protected abstract void Interrupt();

    /// <summary>Frees what the thread worked with; it has ended.</summary>
    protected abstract void Close();

    private void Run()
    {
        while (!_stop.IsSet)
        {
            if (!TryWait(IsStarving() ? StarvedWait : IdleWait))
            {
                _stop.Wait(StarvedWait); // keeps a lasting error from taking a whole core
            }

            Deliver();
            _pulse.Answer();
        }
    }

    private void Deliver()
    {
        foreach (var transfer in _completed)
        {
            transfer.ReadResult();
            Finish(transfer);
        }

        _completed.Clear();
        Retry();
        foreach (var device in _touched)
        {
            device.FinishPass();
        }

        _touched.Clear();
    }

    private void Finish(SystemTransfer transfer)
    {
        // A handful of devices at most: a search is cheaper than a set.
        var device = transfer.Device;
        if (!_touched.Contains(device))
        {
            _touched.Add(device);
        }

        device.Finish(transfer.Transfer);
    }

    private void Retry()
    {
        lock (_gate)
        {
            _retrying.AddRange(_starved);
        }

        foreach (var queue in _retrying)
        {
            queue.Retry(_ended);
        }

        _retrying.Clear();
        foreach (var transfer in _ended)
        {
            Finish(transfer);
        }

        _ended.Clear();
    }

    private bool IsStarving()
    {
        lock (_gate)
        {
            return _starved.Count > 0;
        }
    }
}
