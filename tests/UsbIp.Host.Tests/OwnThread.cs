namespace UsbIp.Host.Tests;

/// <summary>Runs what blocks on a thread of its own, since the host under test accepts its clients on the pool's.</summary>
internal static class OwnThread
{
    public static Task Run(Action run) => Run(() =>
    {
        run();
        return true;
    });

    public static Task<T> Run<T>(Func<T> run) => Task.Factory.StartNew(run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
