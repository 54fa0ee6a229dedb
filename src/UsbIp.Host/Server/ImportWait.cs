using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>
/// A client that waits for a device, or takes it over: stands in the line, tells the client its place whenever that changes and now and then besides, and
/// leases the device when it is its turn. On the connection's own thread; the socket is used synchronously only, since it may carry URBs afterwards.
/// </summary>
internal sealed class ImportWait(Socket socket, RemoteClient client, DeviceRegistry registry, LeaseAttempt attempt, ILogger log)
{
    /// <summary>How often the client is looked for: nothing wakes a thread that waits for the line when the client leaves.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <summary>How long a client that takes over waits for the device to come back from its holder.</summary>
    private static readonly TimeSpan TakeOverPatience = TimeSpan.FromSeconds(15);

    /// <summary>Waits for the device.</summary>
    /// <param name="busId">The device.</param>
    /// <param name="offered">What the client asked for.</param>
    /// <param name="lease">The lease, if the result is that.</param>
    /// <returns>How it ended; null if the client has left.</returns>
    public OperationStatus? Run(BusId busId, Extensions offered, out DeviceLease? lease)
    {
        var status = attempt(LineTicket.None, out lease);
        if (status != OperationStatus.DeviceBusy)
        {
            return status; // nobody has it; or it is not for this client, which then learns nothing from a line either
        }

        using var ticket = Join(busId, offered);
        if (ticket is null)
        {
            return attempt(null, out lease);
        }

        try
        {
            return Wait(busId, ticket, offered.HasFlag(Extensions.Wait) ? TimeSpan.MaxValue : TakeOverPatience, out lease);
        }
        finally
        {
            registry.Leave(ticket);
        }
    }

    private LineTicket? Join(BusId busId, Extensions offered)
    {
        var taking = offered.HasFlag(Extensions.TakeOver) ? registry.TakeOver(busId, client) : null;
        return taking ?? (offered.HasFlag(Extensions.Wait) ? registry.Join(busId, client) : null);
    }

    private OperationStatus? Wait(BusId busId, LineTicket ticket, TimeSpan patience, out DeviceLease? lease)
    {
        var started = Stopwatch.GetTimestamp();
        var told = (Place: 0, At: 0L);
        while (true)
        {
            if (HasLeft())
            {
                ServerLog.WaitGivenUp(log, client.Name, busId);
                lease = null;
                return null;
            }

            var status = attempt(ticket, out lease);
            if (status != OperationStatus.DeviceBusy || ticket.Place == 0 || Stopwatch.GetElapsedTime(started) > patience)
            {
                return status;
            }

            if (told.Place != ticket.Place || Stopwatch.GetElapsedTime(told.At) > Heartbeat)
            {
                if (told.Place == 0)
                {
                    ServerLog.Waits(log, client.Name, busId, ticket.Place);
                }

                told = (ticket.Place, Stopwatch.GetTimestamp());
                Tell(busId, ticket);
            }

            ticket.WaitForChange(Glance);
        }
    }

    private void Tell(BusId busId, LineTicket ticket)
    {
        ReadOnlySpan<byte> message = registry.Explain(busId, client, ticket, "").Behind(OperationCode.WaitReply, OperationStatus.DeviceBusy);
        while (message.Length > 0)
        {
            message = message[socket.Send(message)..];
        }
    }

    /// <summary>A client that waits has nothing to say: whatever can be read is its end, or makes it one.</summary>
    private bool HasLeft() => socket.Poll(TimeSpan.Zero, SelectMode.SelectRead);
}
