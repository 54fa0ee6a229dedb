using Microsoft.Extensions.Logging;

namespace UsbIp.Host.Service;

/// <summary>One loop that the daemon cannot do without.</summary>
/// <param name="Name">What the log calls it.</param>
/// <param name="PassAsync">Completes when it has come round once more.</param>
public sealed record WatchedLoop(string Name, Func<CancellationToken, Task> PassAsync);

/// <summary>
/// Tells the service manager that the daemon is alive, and what it does, by a timer; but alive only when every loop has come round since the last
/// time. A timer alone would tell of itself.
/// </summary>
/// <param name="notifier">Who is told.</param>
/// <param name="watchdog">How long the manager's patience is; null if it has no watchdog.</param>
/// <param name="status">The daemon's state in one line; sent when it has changed.</param>
/// <param name="loops">The loops.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told which loop is stuck.</param>
public sealed class ServiceWatch(
    ServiceNotifier notifier, TimeSpan? watchdog, Func<string> status, IReadOnlyList<WatchedLoop> loops, TimeProvider time, ILogger logger)
{
    private const int TellsPerPatience = 3;
    private static readonly TimeSpan StatusPeriod = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> _stuck = [];
    private string? _lastStatus;

    /// <summary>How often the manager is told, and how long a loop may take.</summary>
    public TimeSpan Period { get; } = watchdog / TellsPerPatience ?? StatusPeriod;

    /// <summary>Runs until <paramref name="stop"/>.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            do
            {
                var passed = await Task.WhenAll(loops.Select(loop => HasPassedAsync(loop, stop)));
                if (watchdog is not null && Array.TrueForAll(passed, isPassed => isPassed))
                {
                    notifier.Alive();
                }

                TellStatus();
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the daemon ends
        }
    }

    private async Task<bool> HasPassedAsync(WatchedLoop loop, CancellationToken stop)
    {
        using var clock = new CancellationTokenSource(Period, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop, clock.Token);
        try
        {
            await loop.PassAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            if (Remember(() => _stuck.Add(loop.Name)))
            {
                ServiceLog.LoopStuck(logger, loop.Name, Period.TotalSeconds);
            }

            return false;
        }

        if (Remember(() => _stuck.Remove(loop.Name)))
        {
            ServiceLog.LoopFree(logger, loop.Name);
        }

        return true;
    }

    /// <summary>The loops are passed at the same time.</summary>
    private bool Remember(Func<bool> change)
    {
        lock (_stuck)
        {
            return change();
        }
    }

    private void TellStatus()
    {
        var now = status();
        if (now != _lastStatus)
        {
            _lastStatus = now;
            notifier.Status(now);
        }
    }
}
