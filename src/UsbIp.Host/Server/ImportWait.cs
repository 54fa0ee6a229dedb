using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Host.Session;
using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>
/// A client that waits for a device, or takes it over: stands in the line, has the holder asked, tells the client its place whenever that changes and now and
/// then besides, and leases the device when it is its turn. On the connection's own thread; the socket is used synchronously only, since it may carry URBs
/// afterwards.
/// </summary>
/// <param name="socket">The client's connection.</param>
/// <param name="client">Who waits.</param>
/// <param name="registry">Where it waits.</param>
/// <param name="attempt">Tries to lease the device.</param>
/// <param name="answerTime">How long the holder may take to say whether it gives way.</param>
/// <param name="log">Where it says so.</param>
internal sealed class ImportWait(
    Socket socket, RemoteClient client, DeviceRegistry registry, LeaseAttempt attempt, TimeSpan answerTime, ILogger log)
{
    /// <summary>How often the client is looked for: nothing wakes a thread that waits for the line when the client leaves.</summary>
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    /// <summary>How long a client that takes over waits for the device to come back from its holder.</summary>
    private static readonly TimeSpan TakeOverPatience = TimeSpan.FromSeconds(15);

    private const string Keeps = "its holder keeps it";

    /// <summary>How long the question may be on its way.</summary>
    private static readonly TimeSpan ArrivalPatience = TimeSpan.FromSeconds(10);

    /// <summary>How often it is looked whether the question has arrived, while there is no answer.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private DeviceLease? _keeper;

    /// <summary>Why the client may not take the device over, as a clause; empty if it may, or did not ask for that.</summary>
    public string Refusal { get; private set; } = "";

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

        using var ticket = Join(busId, offered, out var holder);
        if (ticket is null)
        {
            return attempt(null, out lease);
        }

        try
        {
            if (holder is not null && !GivesWay(busId, holder))
            {
                if (!offered.HasFlag(Extensions.Wait))
                {
                    registry.TellRefused(busId, client, Keeps); // what of its disks is mounted where is for the two clients and the log, not for who watches
                    return OperationStatus.DeviceBusy;
                }

                registry.GoBack(ticket);
            }

            return Wait(busId, ticket, offered.HasFlag(Extensions.Wait) ? TimeSpan.MaxValue : TakeOverPatience, out lease);
        }
        finally
        {
            registry.Leave(ticket);
        }
    }

    private LineTicket? Join(BusId busId, Extensions offered, out DeviceLease? holder)
    {
        (holder, var isAllowed) = (null, true);
        var taking = offered.HasFlag(Extensions.TakeOver) ? registry.TakeOver(busId, client, out holder, out isAllowed) : null;
        if (!isAllowed)
        {
            Refusal = "its host does not let clients take it over";
        }

        return taking ?? (offered.HasFlag(Extensions.Wait) ? registry.Join(busId, client) : null);
    }

    /// <summary>Asks the holder, if it can be asked, and ends its session unless it says no.</summary>
    private bool GivesWay(BusId busId, DeviceLease holder)
    {
        var parting = $"taken over by {client.Name}";
        if (holder.Question.Wait(answerTime) && holder.Question.Result is { } question)
        {
            if (AnswerOf(question, out var isSilent) is { } reason)
            {
                Refusal = reason.Length > 0 ? $"{Keeps}: {reason}" : Keeps;
                _keeper = holder;
                ServerLog.HolderKeeps(log, holder.Holder.Client, busId, client.Name, reason);
                return false;
            }

            if (isSilent)
            {
                ServerLog.HolderSilent(log, holder.Holder.Client, busId, client.Name, answerTime.TotalSeconds);
                parting += $"; this client was asked, and did not answer within {answerTime.TotalSeconds} s";
            }

            if (HasLeft())
            {
                return true; // for nobody: the holder goes on
            }
        }

        holder.Stop(new Parting(parting));
        return true;
    }

    /// <summary>
    /// Asks, and waits: for the answer as long as the holder may take for it, once it has the question. Whom it does not reach, for a network that is busy or
    /// away, has said nothing, and keeps the device.
    /// </summary>
    /// <returns>Why the holder keeps the device; null if it does not.</returns>
    private string? AnswerOf(HolderQuestion question, out bool isSilent)
    {
        isSilent = false;
        var asked = question.Ask(client.Name);
        var begun = Stopwatch.GetTimestamp();
        var withHolder = TimeSpan.Zero;
        while (!asked.Wait(Look))
        {
            withHolder += question.HasArrived ? Look : TimeSpan.Zero;
            if (withHolder >= answerTime)
            {
                isSilent = true;
                return null;
            }

            if (withHolder == TimeSpan.Zero && Stopwatch.GetElapsedTime(begun) > ArrivalPatience)
            {
                return $"it could not be asked within {ArrivalPatience.TotalSeconds} s, its network is busy or away";
            }
        }

        return asked.Result;
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
        ReadOnlySpan<byte> message = registry.Explain(busId, client, ticket, registry.Holds(busId, _keeper) ? Refusal : "").Behind(OperationCode.WaitReply, OperationStatus.DeviceBusy);
        while (message.Length > 0)
        {
            message = message[socket.Send(message)..];
        }
    }

    /// <summary>A client that waits has nothing to say: whatever can be read is its end, or makes it one.</summary>
    private bool HasLeft() => socket.Poll(TimeSpan.Zero, SelectMode.SelectRead);
}
