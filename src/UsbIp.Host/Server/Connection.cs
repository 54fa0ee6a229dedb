using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Host.Server.Events;
using UsbIp.Host.Session;
using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>
/// One accepted connection, on its own thread: a request for the device list is answered and the connection ends; a granted import turns it into a
/// session until either side ends that. Owns the socket.
/// </summary>
public sealed class Connection(Socket socket, RemoteClient client, DeviceRegistry registry, ServerOptions options, SharedBudget allSessions, ILogger log)
{
    private volatile DeviceLease? _lease;

    /// <summary>Called when the connection has become a session or has ended, whichever comes first: it no longer counts as unimported.</summary>
    public Action? Imported { get; init; }

    /// <summary>Serves the connection to its end. Throws nothing: whatever happens costs this connection only.</summary>
    public void Run()
    {
        using (socket)
        {
            try
            {
                Serve();
            }
            catch (ProtocolException e)
            {
                ServerLog.RequestBroken(log, client.Name, e.Message);
            }
            catch (SocketException e)
            {
                ServerLog.ConnectionLost(log, client.Name, e.SocketErrorCode);
            }
            catch (Exception e) // a bug of ours, or of a device: the daemon and everybody else's devices live on
            {
                ServerLog.ConnectionFailed(log, client.Name, e);
            }
            finally
            {
                Imported?.Invoke();
            }
        }
    }

    /// <summary>Ends the connection from outside. Any thread; returns at once.</summary>
    public void Stop(string reason)
    {
        if (_lease is { } lease)
        {
            lease.Stop(new Parting(reason));
            return;
        }

        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }
    }

    private void Serve()
    {
        SocketTuning.Apply(socket);
        var reader = new RequestReader(socket, options);
        switch (reader.PeekFirstByte())
        {
            case ProtocolConstants.PlainFirstByte:
                ServeRequest(reader);
                break;
            case ProtocolConstants.TlsFirstByte:
                ServerLog.TlsNotSpoken(log, client.Name);
                break;
            case { } other:
                ServerLog.UnknownFirstByte(log, client.Name, other);
                break;
            case null:
                ServerLog.ClosedConnection(log, client.Name);
                break;
        }
    }

    private void ServeRequest(RequestReader reader)
    {
        Span<byte> bytes = stackalloc byte[ImportRequest.Size];
        reader.Read(bytes[..OperationHeader.Size]);
        var header = OperationHeader.Read(bytes);
        switch (header)
        {
            case { Code: OperationCode.DeviceListRequest, Status: OperationStatus.Ok }:
                SendList();
                break;
            case { Code: OperationCode.ImportRequest, Status: OperationStatus.Ok }:
                reader.Read(bytes[OperationHeader.Size..]);
                Import(ImportRequest.ReadBody(bytes[OperationHeader.Size..]));
                break;
            case { Code: OperationCode.WatchRequest, Status: OperationStatus.Ok }:
                Watch();
                break;
            default:
                throw new ProtocolException(
                    $"Request code 0x{(ushort)header.Code:x4} with status {(uint)header.Status} is neither OP_REQ_DEVLIST 0x8005 nor OP_REQ_IMPORT 0x8003 with status 0.");
        }
    }

    private void SendList()
    {
        var devices = registry.ListFor(client.Address).Take(ProtocolLimits.MaxListedDevices).ToList();
        socket.SendTimeout = (int)options.RequestTime.TotalMilliseconds;
        SendAll(DeviceList.Write(devices, Extensions.Watch));
        socket.Shutdown(SocketShutdown.Send);
        ServerLog.Listed(log, client.Name, devices.Count);
    }

    private void Watch()
    {
        using var watching = options.Watchers.TryAdmit(socket);
        if (watching is not null)
        {
            Imported?.Invoke(); // counted as a watcher from here on
        }

        new WatchConnection(socket, client, registry, options.WatchHeartbeat, log).RunAsync(isAdmitted: watching is not null).GetAwaiter().GetResult();
    }

    private void Import(in ImportRequest request)
    {
        var busId = request.BusId;
        Span<byte> reply = stackalloc byte[ImportReply.Size];
        socket.SendTimeout = (int)options.RequestTime.TotalMilliseconds;
        var device = registry.Resolve(busId, client);
        if (Lease(request with { BusId = device }, out var lease, out var why) is not { } status)
        {
            return; // it waited for the device, and has left
        }

        if (status != OperationStatus.Ok)
        {
            ServerLog.ImportRefused(log, client.Name, busId, status);
            Refuse(request with { BusId = device }, status, why);
            return;
        }

        Imported?.Invoke();
        UrbSession? session = null;
        try
        {
            var offers = Extensions.BulkOnlyOrder | Extensions.Reasons | Extensions.GiveWay | (lease!.Device.MayWaitInSubmit ? 0 : Extensions.Heartbeat);
            var accepted = request.Offered & offers;
            var record = registry.RecordOf(lease.Device.Info) with { BusId = busId }; // as it was asked for: clients compare it
            ImportReply.WriteGrant(reply, record, accepted);
            session = new UrbSession(socket, lease.Device, record.DeviceId, options.Session, allSessions, accepted) { Traffic = lease.Holder.Traffic };
            lease.AskedThrough(accepted.HasFlag(Extensions.GiveWay) ? session.Question : null);
            lease.UsedBy(session.Stop);
            _lease = lease;
            SendAll(reply);
            RunSession(session, lease.Device.Info.BusId);
        }
        finally
        {
            session?.Question.Close(); // also where it never ran
            session?.Dispose();
            if (lease!.Release(session?.Drained ?? Task.CompletedTask))
            {
                ServerLog.DeviceReleased(log, client.Name, lease.Device.Info.BusId);
            }
        }
    }

    private OperationStatus? Lease(in ImportRequest request, out DeviceLease? lease, out string why)
    {
        var busId = request.BusId;
        why = "";
        if ((request.Offered & (Extensions.Wait | Extensions.TakeOver)) == Extensions.None)
        {
            registry.AwaitReturn(busId, client);
            return Attempt(null, out lease);
        }

        Imported?.Invoke(); // lines have limits of their own
        var wait = new ImportWait(socket, client, registry, Attempt, options.AnswerTime, log);
        var status = wait.Run(busId, request.Offered, out lease);
        why = wait.Refusal;
        return status;

        OperationStatus Attempt(LineTicket? ticket, out DeviceLease? granted) => registry.TryLease(busId, client, out granted, ticket);
    }

    /// <summary>Stock clients get the status and not a byte more; ours also learn who holds the device.</summary>
    private void Refuse(in ImportRequest request, OperationStatus status, string why)
    {
        if (request.Offered.HasFlag(Extensions.Reasons))
        {
            var reason = status == OperationStatus.DeviceBusy ? why : "";
            SendAll(registry.Explain(request.BusId, client, null, reason).Behind(OperationCode.ImportReply, status));
            return;
        }

        Span<byte> reply = stackalloc byte[OperationHeader.Size];
        ImportReply.WriteRefusal(reply, status);
        SendAll(reply);
    }

    private void RunSession(UrbSession session, BusId busId)
    {
        socket.SendTimeout = 0;
        ServerLog.SessionStarted(log, client.Name, busId);
        var end = session.Run();
        _lease!.EndReason = end.Reason;
        if (end.Cause is SessionEndCause.ProtocolViolation or SessionEndCause.DeviceFailed)
        {
            ServerLog.SessionBroken(log, client.Name, busId, end.Cause, end.Reason);
        }
        else
        {
            ServerLog.SessionEnded(log, client.Name, busId, end.Reason);
        }
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[socket.Send(bytes)..];
        }
    }
}
