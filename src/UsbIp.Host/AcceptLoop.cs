using System.Net.Sockets;
using UsbIp.Host.Service;

namespace UsbIp.Host;

/// <summary>Accepts connections for as long as a daemon runs, whatever becomes of one of them.</summary>
internal static class AcceptLoop
{
    /// <summary>What the system lacks to accept with, it lacks for a while; asking on and on would take a processor.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs until <paramref name="stop"/>.</summary>
    /// <param name="accept">Waits for the next connection; null if there is none after all.</param>
    /// <param name="pulse">Shows that this loop goes round.</param>
    /// <param name="accepted">Takes each connection, which is its own from then on.</param>
    /// <param name="failed">Told why a connection could not be accepted.</param>
    /// <param name="stop">Ends the loop.</param>
    public static async Task RunAsync(
        Func<CancellationToken, Task<Socket?>> accept, LoopPulse pulse, Action<Socket> accepted, Action<SocketError> failed, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                await AcceptAsync();
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // That is how it ends.
        }

        async Task AcceptAsync()
        {
            try
            {
                if (await pulse.AwaitAsync(accept(stop)) is { } connection)
                {
                    accepted(connection);
                }
            }
            catch (SocketException exception)
            {
                // The peer was gone before it was accepted, or this process is out of file descriptors: neither ends the service.
                failed(exception.SocketErrorCode);
                await Task.Delay(exception.SocketErrorCode == SocketError.ConnectionAborted ? TimeSpan.Zero : PauseAfterFailure, stop); // nothing tells when there is one again
            }
        }
    }
}
