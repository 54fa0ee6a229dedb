namespace UsbIp.Host.Tests.Session;

/// <summary>
/// The most memory that a host held at any moment, by its own account and by the system's, which counts this whole process: the clients' side, too, and
/// what the allocators keep. Looks every few milliseconds until it is disposed.
/// </summary>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(5);

    private readonly RunningHost _host;
    private readonly ManualResetEventSlim _stop = new();
    private readonly long _before;
    private readonly Task _watching;

    public MemoryWatch(RunningHost host)
    {
        _host = host;
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        _before = Environment.WorkingSet;
        _watching = OwnThread.Run(Watch);
    }

    /// <summary>Bytes that URBs of all sessions held in flight at once, at the most.</summary>
    public long MostInFlight { get; private set; }

    /// <summary>Bytes by which the process had grown, at the most.</summary>
    public long MostGrown { get; private set; }

    /// <summary>Looks once more, and no more. The figures are final then.</summary>
    public void Dispose()
    {
        if (_watching.IsCompleted)
        {
            return;
        }

        _stop.Set();
        _watching.GetAwaiter().GetResult();
        _stop.Dispose();
    }

    private void Watch()
    {
        bool isOver;
        do
        {
            isOver = _stop.Wait(Glance);
            MostInFlight = Math.Max(MostInFlight, _host.BytesInFlight);
            MostGrown = Math.Max(MostGrown, Environment.WorkingSet - _before);
        }
        while (!isOver);
    }
}
