using UsbIp.Devices;
using UsbIp.Host.Rules;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.Host.Server;

/// <content>How clients share a device: who waits for it, who may take it, and what they are told.</content>
public sealed partial class DeviceRegistry
{
    /// <summary>A reset takes a quarter of a second; a device that takes longer to come back may be in trouble.</summary>
    private static readonly TimeSpan ReturnPatience = TimeSpan.FromSeconds(3);

    /// <summary>Says how an exported device is shared from now on, whatever rules say; sessions that run heed it too.</summary>
    /// <exception cref="UsbException">The device is not exported.</exception>
    public void ChangePolicy(BusId busId, Func<ExportPolicy, ExportPolicy> change)
    {
        lock (_gate)
        {
            if (!_exports.TryGetValue(busId, out var export))
            {
                throw new UsbException(UsbFailure.NotFound, $"Device {busId} is not exported.", "usbip-host status shows what is.");
            }

            export.Policy = change(export.Policy);
            export.IsByHand = true; // or the next change of any rule would undo it
        }
    }

    /// <summary>Ends the session that holds a device; returns before it is free.</summary>
    /// <returns>Who held it.</returns>
    /// <exception cref="UsbException">Nobody holds it.</exception>
    public DeviceHolder Kick(BusId busId, string? reason)
    {
        DeviceLease? lease;
        lock (_gate)
        {
            lease = _exports.TryGetValue(busId, out var export) ? export.Lease : null;
        }

        if (lease is null)
        {
            throw new UsbException(UsbFailure.NotFound, $"Nobody holds device {busId}.", "usbip-host status, which shows who holds what");
        }

        lease.Stop(new Parting(reason is null ? "ended on the host" : $"ended on the host: {reason}", ExportPolicy.Rest));
        return lease.Holder;
    }

    /// <summary>
    /// Waits while a device is being given back, though not for long: who asks right after a detach is to find it free, and not held by a client that has left.
    /// </summary>
    /// <param name="busId">The device.</param>
    /// <param name="client">Who asks; from whom a rule keeps the device does not wait, and so learns nothing of it.</param>
    internal void AwaitReturn(BusId busId, RemoteClient client)
    {
        DeviceLease? lease;
        lock (_gate)
        {
            lease = FindVisibleLocked(busId, client)?.Lease;
        }

        if (lease is { EndReason: not null })
        {
            lease.Returned.Wait(ReturnPatience);
        }
    }

    /// <summary>Takes a place in the line for a device; null if it is not there for the client, or too many wait. Give it up with <see cref="Leave"/>.</summary>
    internal LineTicket? Join(BusId busId, RemoteClient client)
    {
        lock (_gate)
        {
            return FindVisibleLocked(busId, client)?.Line.Join(client, isFirst: false);
        }
    }

    /// <summary>Takes the first place in the line; null if the export or a rule does not allow that.</summary>
    /// <param name="busId">The device.</param>
    /// <param name="client">Who takes it over.</param>
    /// <param name="holder">Whose session the caller is to end, unless the holder keeps the device; null if nobody has it.</param>
    /// <param name="isAllowed">False if the export does not allow it; true where only too many wait.</param>
    internal LineTicket? TakeOver(BusId busId, RemoteClient client, out DeviceLease? holder, out bool isAllowed)
    {
        lock (_gate)
        {
            (holder, isAllowed) = (null, false);
            if (FindVisibleLocked(busId, client) is not { Policy.MayBeTakenOver: true } export)
            {
                return null;
            }

            isAllowed = true;

            var ticket = export.Line.Join(client, isFirst: true);
            holder = ticket is null ? null : export.Lease;
            return ticket;
        }
    }

    /// <summary>Gives up the first place for the last: the holder keeps the device, and the client waits.</summary>
    internal void GoBack(LineTicket ticket)
    {
        lock (_gate)
        {
            ticket.Line?.GoBack(ticket);
        }
    }

    /// <summary>Whether that is the lease by which the device is held now.</summary>
    internal bool Holds(BusId busId, DeviceLease? lease)
    {
        lock (_gate)
        {
            return lease is not null && _exports.TryGetValue(busId, out var export) && export.Lease == lease;
        }
    }

    /// <summary>Tells that a client does not get the device, and why.</summary>
    internal void TellRefused(BusId busId, RemoteClient client, string reason)
    {
        lock (_gate)
        {
            if (_exports.TryGetValue(busId, out var export))
            {
                Events.Tell(DeviceEventKind.Refused, export, client.Name, reason);
            }
        }
    }

    /// <summary>Gives up a place in the line, also in that of a device which is exported no longer. Harmless if it is given up already, by a lease for example.</summary>
    internal void Leave(LineTicket ticket)
    {
        lock (_gate)
        {
            ticket.Line?.Leave(ticket);
        }
    }

    /// <summary>What a client is told that does not have the device, or not yet: nothing of one that it may not see.</summary>
    internal ImportDetail Explain(BusId busId, RemoteClient client, LineTicket? ticket, string reason)
    {
        lock (_gate)
        {
            var export = FindVisibleLocked(busId, client);
            var holder = export?.Lease?.Holder;
            return new ImportDetail(
                holder?.Client ?? "",
                holder?.Since.ToUnixTimeMilliseconds() ?? 0,
                (uint)(holder?.Traffic.Idle.TotalSeconds ?? 0),
                ticket?.Place ?? 0,
                export?.Line.Count ?? 0,
                reason);
        }
    }

    private ExportedDevice? FindVisibleLocked(BusId busId, RemoteClient client) =>
        _exports.TryGetValue(busId, out var export) && MaySee(export, client.Address) ? export : null;

    /// <summary>Whether a client may lease a device now, as far as can be said without asking the system.</summary>
    /// <param name="busId">The device.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="ticket">Its place in the line; null if it does not wait.</param>
    /// <param name="export">The export, if there is one.</param>
    /// <param name="denial">The rule that keeps the device from the client; null if none does.</param>
    private OperationStatus AdmitLocked(BusId busId, RemoteClient client, LineTicket? ticket, out ExportedDevice? export, out RuleDecision? denial)
    {
        denial = null;
        if (!_exports.TryGetValue(busId, out export))
        {
            Events.TellUnknown(busId, client.Name);
            return OperationStatus.NoDevice;
        }

        denial = Refusal(export, client.Address);
        if (denial is not null)
        {
            Events.Tell(DeviceEventKind.Refused, export, client.Name, denial.Reason);
            return OperationStatus.NoDevice; // what a client may not have is not there for it
        }

        if (export.Slot.IsFailed)
        {
            Events.Tell(DeviceEventKind.Refused, export, client.Name, "the device has not given back the transfers of an earlier session");
            return OperationStatus.DeviceError;
        }

        if (export.Lease is not null || !export.Line.IsTurnOf(ticket))
        {
            TellBusyLocked(export, client, ticket);
            return OperationStatus.DeviceBusy;
        }

        return OperationStatus.Ok;
    }

    /// <summary>A client that waits is not refused; it is told its place by its connection.</summary>
    private void TellBusyLocked(ExportedDevice export, RemoteClient client, LineTicket? ticket)
    {
        if (ticket is null)
        {
            Events.Tell(
                DeviceEventKind.Refused, export, client.Name, export.Lease is { } other ? $"{other.Holder.Client} holds it" : $"{export.Line.Count} clients wait for it");
        }
    }
}
