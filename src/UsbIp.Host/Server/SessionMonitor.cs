using UsbIp.Host.Rules;
using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>Looks at every session once a second: how fast it moves, and whether it has been idle for longer than its export allows.</summary>
internal sealed class SessionMonitor(Func<IReadOnlyList<ExportedDevice>> exports, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                Look();
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }

    private void Look()
    {
        foreach (var export in exports())
        {
            if (export.Lease is not { } lease)
            {
                continue;
            }

            lease.Holder.Traffic.Sample();
            if (export.Policy.IdleRelease is { } limit && lease.Holder.Traffic.Idle >= limit)
            {
                lease.Stop(new Parting($"idle for {DurationText.Of(limit)}", ExportPolicy.Rest));
            }
        }
    }
}
