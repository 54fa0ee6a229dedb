namespace UsbIp.Host;

/// <summary>Loops that run side by side until they are stopped.</summary>
internal static class Loops
{
    /// <summary>
    /// Completes when all have ended. One that fails, or ends early, ends the others: a daemon that lives on without one of them looks well and does not
    /// notice any more what that one was for.
    /// </summary>
    /// <param name="loops">At least one.</param>
    /// <param name="stop">Ends them all.</param>
    public static async Task RunAsync(IReadOnlyList<Func<CancellationToken, Task>> loops, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] running = [.. loops.Select(loop => loop(ending.Token))];
        await Task.WhenAny(running);
        await ending.CancelAsync();
        await Task.WhenAll(running);
    }
}
