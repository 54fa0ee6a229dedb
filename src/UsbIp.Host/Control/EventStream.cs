using System.Net.Sockets;
using UsbIp.Host.Server;
using UsbIp.Host.Server.Events;
using UsbIp.Protocol.Watching;

namespace UsbIp.Host.Control;

/// <summary>What one watcher on the control socket is told: how things stand, then what happens; after an overflow, how things stand again.</summary>
internal sealed class EventStream(ControlOperations operations, Func<HostEvent, CancellationToken, Task> send)
{
    /// <summary>Runs until <paramref name="stop"/>, or until the peer is gone. Throws neither for that.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await TellAsync(stop);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            // That is how it ends.
        }
    }

    private async Task TellAsync(CancellationToken stop)
    {
        using var watcher = operations.Watch();
        await send(Snapshot(), stop);
        while (true)
        {
            var (what, lost) = await watcher.ReadAsync(Timeout.InfiniteTimeSpan, stop);
            if (what is not null)
            {
                await send(Of(what), stop);
            }
            else if (lost > 0)
            {
                await send(new HostEvent(HostEvent.Overflow, DateTimeOffset.Now) { Lost = lost }, stop);
                await send(Snapshot(), stop);
            }
        }
    }

    private HostEvent Snapshot() => new(HostEvent.Snapshot, DateTimeOffset.Now) { Devices = operations.Status().Devices };

    private HostEvent Of(DeviceEvent what) => new(DeviceEventNames.Of(what.Kind), what.Time)
    {
        BusId = what.BusId.ToString(),
        Device = what.Device is { } device
            ? DeviceStatus.From(new RegisteredDevice(device, what.IsExported, what.Holder)
            {
                Waiting = what.Waiting,
                Aliases = operations.Rules.Rules.TraitsOf(device).Aliases,
            })
            : null,
        Client = what.Client,
        Reason = what.Reason,
    };
}
