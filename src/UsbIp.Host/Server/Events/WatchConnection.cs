using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.Host.Server.Events;

/// <summary>
/// A connection past OP_REQ_WATCH: tells its client how the exported devices stand and what happens to them, until either side closes. It never carries
/// URBs, so it is asynchronous. The socket is the caller's.
/// </summary>
internal sealed class WatchConnection(Socket socket, RemoteClient client, DeviceRegistry registry, TimeSpan heartbeat, ILogger log)
{
    /// <summary>How long a client may leave a full connection unread.</summary>
    private static readonly TimeSpan SendPatience = TimeSpan.FromSeconds(30);

    /// <summary>What a slow watcher has not read waits in its queue, which is bounded, rather than in megabytes of the kernel's.</summary>
    private const int SendBufferSize = 64 * 1024;

    private readonly HashSet<BusId> _shown = []; // what the client believes to be there
    private long _lastSent;

    /// <exception cref="SocketException">The connection broke.</exception>
    public async Task RunAsync(bool isAdmitted)
    {
        using var leaving = new CancellationTokenSource();
        var reply = new byte[OperationHeader.Size];
        new OperationHeader(OperationCode.WatchReply, isAdmitted ? OperationStatus.Ok : OperationStatus.NotAvailable).Write(reply);
        await SendAsync(reply, leaving.Token);
        if (!isAdmitted)
        {
            ServerLog.TooManyWatchers(log, client.Name);
            socket.Shutdown(SocketShutdown.Send);
            return;
        }

        ServerLog.Watching(log, client.Name);
        socket.SendBufferSize = SendBufferSize;
#pragma warning disable CA2025 // it is awaited below, before the source is disposed
        var left = NoticeLeavingAsync(leaving);
#pragma warning restore CA2025
        try
        {
            await TellAsync(leaving.Token);
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // The client has left, or the host is stopping.
        }
        catch (OperationCanceledException)
        {
            throw new ProtocolException($"It watches and does not read: for {SendPatience.TotalSeconds:0} s it took nothing.");
        }
        finally
        {
            Close();
            await left;
        }

        ServerLog.NotWatching(log, client.Name);
    }

    private async Task TellAsync(CancellationToken stop)
    {
        using var watcher = registry.Events.Watch();
        await SendSnapshotAsync(stop);
        while (true)
        {
            var (what, lost) = await watcher.ReadAsync(UntilHeartbeat(), stop);
            if (lost > 0)
            {
                await SendAsync(WatchFrames.Overflow(lost), stop);
                await SendSnapshotAsync(stop);
            }
            else if (what is not null && AsSeen(what) is { } seen)
            {
                await SendAsync(WatchFrames.Of(WatchedDevices.Of(seen)), stop);
            }
            else if (UntilHeartbeat() == TimeSpan.Zero)
            {
                await SendAsync(WatchFrames.Heartbeat(), stop);
            }
        }
    }

    /// <summary>What the client is told of an event; null for nothing. A device that rules have taken from its sight is exported no longer, for this client.</summary>
    private DeviceEvent? AsSeen(DeviceEvent what)
    {
        if (what.Export is not { } export)
        {
            return null;
        }

        if (!registry.MaySee(export, client.Address))
        {
            return _shown.Remove(export.BusId)
                ? what with { Kind = DeviceEventKind.Unexported, IsExported = false, Holder = null, Client = null, Reason = null }
                : null;
        }

        _ = what.Kind == DeviceEventKind.Unexported ? _shown.Remove(export.BusId) : _shown.Add(export.BusId);
        return what;
    }

    private TimeSpan UntilHeartbeat()
    {
        var left = heartbeat - Stopwatch.GetElapsedTime(_lastSent);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private async Task SendSnapshotAsync(CancellationToken stop)
    {
        var devices = registry.WatchExported(client.Address);
        var count = Math.Min(devices.Count, ProtocolLimits.MaxListedDevices);
        await SendAsync(WatchFrames.Snapshot(count), stop);
        _shown.Clear();
        for (var index = 0; index < count; index++)
        {
            _shown.Add(devices[index].BusId);
            await SendAsync(WatchFrames.Of(devices[index]), stop);
        }
    }

    private async Task SendAsync(byte[] bytes, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(SendPatience);
        for (var sent = 0; sent < bytes.Length;)
        {
            sent += await socket.SendAsync(bytes.AsMemory(sent), SocketFlags.None, patience.Token);
        }

        _lastSent = Stopwatch.GetTimestamp();
    }

    /// <summary>A watcher has nothing to say: whatever comes from it, its end included, ends the watching.</summary>
    private async Task NoticeLeavingAsync(CancellationTokenSource leaving)
    {
        try
        {
            await socket.ReceiveAsync(new byte[1], SocketFlags.None);
        }
        catch (SocketException)
        {
            // That is an end too.
        }

        await leaving.CancelAsync();
    }

    private void Close()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The client was faster.
        }
    }
}
