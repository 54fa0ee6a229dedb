namespace UsbIp.Devices.Virtual.Storage;

/// <summary>Flushes an image on a thread of its own, since that waits for a medium. Begins with the first flush.</summary>
internal sealed class DiskFlusher(DiskImage image) : IDisposable
{
    /// <summary>A medium that hangs for longer than this is left behind when the disk is unplugged.</summary>
    private static readonly TimeSpan LastFlush = TimeSpan.FromSeconds(10);

    private readonly object _gate = new(); // a monitor, for its wait
    private readonly Queue<Action<bool>> _waiting = new();
    private Thread? _thread;
    private bool _isDisposed;

    /// <summary>Flushes, then says whether everything is safe now, in the order of the calls. Not said once the disk is unplugged.</summary>
    public void Start(Action<bool> flushed)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _waiting.Enqueue(flushed);
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "usb disk flush" };
                _thread.Start();
            }

            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Waits for the flush that runs.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _waiting.Clear();
            Monitor.Pulse(_gate);
        }

        if (_thread is not null && _thread != Thread.CurrentThread)
        {
            _ = _thread.Join(LastFlush);
        }
    }

    private void Run()
    {
        while (TryTake(out var flushed))
        {
            flushed(TryFlush());
        }
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Action<bool>? flushed)
    {
        lock (_gate)
        {
            while (!_waiting.TryDequeue(out flushed))
            {
                if (_isDisposed)
                {
                    return false;
                }

                Monitor.Wait(_gate);
            }

            return true;
        }
    }

    private bool TryFlush()
    {
        try
        {
            image.Flush();
            return true;
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            return false;
        }
    }
}
