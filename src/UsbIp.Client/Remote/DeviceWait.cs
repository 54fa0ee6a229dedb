namespace UsbIp.Client.Remote;

/// <summary>
/// Waits for a device that another client holds: in the host's own line, where the host has one; else by asking again and again, less and less often and
/// never in step with others who do the same.
/// </summary>
/// <param name="Limit">How long to wait; null for ever.</param>
/// <param name="Progress">Told, as a clause, who holds the device and what place in the line this client has, whenever that changes.</param>
public sealed record DeviceWait(TimeSpan? Limit, Action<string> Progress)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Runs an import until it has the device.</summary>
    /// <param name="import">Asks once; its token ends it.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="CommandException">The device was not free in time, or the import failed for another reason.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> came.</exception>
    public T Run<T>(Func<CancellationToken, T> import, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (Limit is { } limit)
        {
            ending.CancelAfter(limit);
        }

        var last = "another client holds it";
        try
        {
            for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                try
                {
                    return import(ending.Token);
                }
                catch (CommandException busy) when (busy.ExitCode == ExitCode.Busy)
                {
                    if (last != busy.Message)
                    {
                        Progress($"waiting: {busy.Message}");
                    }

                    last = busy.Message;
                }

                ending.Token.WaitHandle.WaitOne(Jittered(pause));
                ending.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new CommandException(
                ExitCode.Timeout, $"The device was not free within {Limit!.Value.TotalSeconds:0} s: {last.TrimEnd('.')}.", "--wait with a longer time, or --take-over.");
        }
    }

#pragma warning disable CA5394 // spreads clients over time; nobody gains by guessing it
    private static TimeSpan Jittered(TimeSpan pause) => pause * (0.75 + (Random.Shared.NextDouble() * 0.5));
#pragma warning restore CA5394
}
