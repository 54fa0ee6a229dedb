namespace UsbIp.Client.Tests.Doubles;

/// <summary>Keeps every processor of this machine busy until it is disposed, each with as many programs as that.</summary>
internal sealed class BusyProcessors : IDisposable
{
    private readonly Thread[] _threads;
    private volatile bool _isOver;

    public BusyProcessors(int programs)
    {
        _threads = [.. Enumerable.Range(0, programs * Environment.ProcessorCount).Select(_ => new Thread(Compute))];
        Array.ForEach(_threads, thread => thread.Start());
    }

    public void Dispose()
    {
        _isOver = true;
        Array.ForEach(_threads, thread => thread.Join());
    }

    private void Compute()
    {
        while (!_isOver)
        {
            // Nothing but the time that it takes.
        }
    }
}
