using System.Net.Sockets;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.Control;

/// <summary>One connection to the control socket: a hello, then requests, one after the other. Owns the socket.</summary>
internal sealed class ControlSession(
    Socket socket, PeerCredentials peer, bool mayControl, ControlOperations operations, ControlLimits limits, TimeProvider time, ILogger logger)
{
    private readonly byte[] _received = new byte[ControlRecords.ReceiveSize];

    /// <summary>Serves until the peer leaves, breaks the protocol, or <paramref name="stop"/>. Never throws.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await Task.Yield(); // the accept loop goes on
        using (socket)
        {
            try
            {
                if (await GreetAsync(stop))
                {
                    await ServeAsync(stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                // the daemon ends
            }
            catch (OperationCanceledException)
            {
                logger.ControlCutOff(peer.ProcessId, peer.UserId, "it did not read its answer.");
            }
            catch (ProtocolException exception)
            {
                logger.ControlCutOff(peer.ProcessId, peer.UserId, exception.Message);
            }
            catch (SocketException)
            {
                // the peer left in the middle of something, as programs do
            }
#pragma warning disable CA1031 // a fault in one session ends that session, not the daemon
            catch (Exception exception)
            {
                logger.ControlFault(exception, peer.ProcessId, peer.UserId);
            }
#pragma warning restore CA1031
        }
    }

    private async Task<bool> GreetAsync(CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(limits.HelloWithin);
        ControlHeader? hello;
        try
        {
            hello = await ReceiveAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new ProtocolException($"it said no hello within {limits.HelloWithin.TotalSeconds} s.");
        }

        if (hello is not { } header)
        {
            return false;
        }

        if (header.Opcode != ControlOpcode.Hello)
        {
            throw new ProtocolException($"its first request was {header.Opcode}, not a hello.");
        }

        ControlRecords.Read(header.Opcode, Body(header), ControlJson.Default.HelloBody);
        await ReplyAsync(header, new HelloBody("usbip-host", ProgramVersion.Text), ControlJson.Default.HelloBody, stop);
        return true;
    }

    private async Task ServeAsync(CancellationToken stop)
    {
        var rate = new RequestRate(limits.RequestsPerSecond, time);
        while (await ReceiveAsync(stop) is { } request)
        {
            var wait = rate.Take();
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, time, stop); // who asks faster than it may is answered later
            }

            try
            {
                await AnswerAsync(request, stop);
            }
            catch (UsbException exception)
            {
                await FailAsync(request, CommandException.From(exception), stop);
            }
            catch (CommandException exception)
            {
                await FailAsync(request, exception, stop);
            }
        }
    }

    private Task AnswerAsync(ControlHeader request, CancellationToken stop)
    {
        var json = ControlJson.Default;
        var body = Body(request);
        ControlAccess.Check(request.Opcode, peer, mayControl);
        switch (request.Opcode)
        {
            case ControlOpcode.Status:
                return ReplyAsync(request, operations.Status(), json.HostStatus, stop);
            case ControlOpcode.Export:
                var export = ControlRecords.Read(request.Opcode, body, json.ExportRequest);
                return ReplyAsync(request, operations.Export(export), json.DeviceReply, stop);
            case ControlOpcode.Unexport:
                var unexport = ControlRecords.Read(request.Opcode, body, json.UnexportRequest);
                return ReplyAsync(request, operations.Unexport(unexport), json.DeviceReply, stop);
            case ControlOpcode.Type:
                var type = ControlRecords.Read(request.Opcode, body, json.TypeRequest);
                return ReplyAsync(request, operations.Type(type), json.TypeReply, stop);
            case ControlOpcode.Kick:
                var kick = ControlRecords.Read(request.Opcode, body, SharingJson.Default.KickRequest);
                return ReplyAsync(request, operations.Kick(kick), SharingJson.Default.KickReply, stop);
            case ControlOpcode.Watch:
                return WatchAsync(request, stop);
            case var opcode when RuleRequests.Has(opcode):
                return SendAsync(RuleRequests.Answer(request, body, operations.Rules), stop);
            default:
                throw new CommandException(
                    ExitCode.VersionMismatch,
                    $"The running daemon (version {ProgramVersion.Text}) does not know the request {(ushort)request.Opcode}.",
                    "restart the daemon with the version of this command");
        }
    }

    /// <summary>Tells events until the peer leaves. It may read as slowly as it likes: what waits for it is bounded.</summary>
    private async Task WatchAsync(ControlHeader request, CancellationToken stop)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var events = new EventStream(operations, async (what, token) =>
        {
            foreach (var record in ControlRecords.Write(ControlKind.Event, request.Opcode, request.Sequence, what, EventJson.Default.HostEvent))
            {
                await socket.SendAsync(record, SocketFlags.None, token);
            }
        });
        var telling = events.RunAsync(leaving.Token);
        try
        {
            if (await ReceiveAsync(stop) is not null)
            {
                throw new ProtocolException("it watches, and sent another request.");
            }
        }
        finally
        {
            await leaving.CancelAsync();
            await telling;
        }
    }

    private Task FailAsync(ControlHeader request, CommandException failure, CancellationToken stop) =>
        SendAsync(
            ControlRecords.Write(
                ControlKind.Error,
                request.Opcode,
                request.Sequence,
                new ErrorBody((int)failure.ExitCode, failure.Message, failure.Hint),
                ControlJson.Default.ErrorBody),
            stop);

    private Task ReplyAsync<T>(ControlHeader request, T body, JsonTypeInfo<T> type, CancellationToken stop) =>
        SendAsync(ControlRecords.Write(ControlKind.Reply, request.Opcode, request.Sequence, body, type), stop);

    private async Task SendAsync(IEnumerable<byte[]> records, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        foreach (var record in records)
        {
            patience.CancelAfter(limits.SendWithin);
            await socket.SendAsync(record, SocketFlags.None, patience.Token);
        }
    }

    /// <summary>The next request's header, its body behind it in the buffer; null when the peer has left.</summary>
    private async Task<ControlHeader?> ReceiveAsync(CancellationToken stop)
    {
        var size = await socket.ReceiveAsync(_received, SocketFlags.None, stop);
        if (size == 0)
        {
            return null;
        }

        var header = ControlHeader.Read(_received.AsSpan(0, size));
        return header.Kind == ControlKind.Request && header.Flags == ControlFlags.None
            ? header
            : throw new ProtocolException($"it sent a record of kind {header.Kind} with flags {header.Flags} where requests are sent.");
    }

    private ReadOnlySpan<byte> Body(ControlHeader header) => _received.AsSpan(ControlHeader.Size, header.Length);
}
