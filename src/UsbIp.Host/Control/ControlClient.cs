using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text.Json.Serialization.Metadata;
using UsbIp.Protocol;

namespace UsbIp.Host.Control;

/// <summary>A command's connection to the running daemon. Blocks; one thread at a time.</summary>
public sealed partial class ControlClient : IDisposable
{
    private const int PatienceMilliseconds = 30_000;

    private readonly Socket _socket;
    private readonly byte[] _received = new byte[ControlRecords.ReceiveSize];
    private uint _sequence;

    private ControlClient(Socket socket) => _socket = socket;

    /// <summary>Connects to the first place where a daemon listens, and says hello; null if there is none.</summary>
    /// <exception cref="CommandException">A daemon is there, but not for this user, or not of this protocol.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "Greet disposes the client that it does not hand on.")]
    public static ControlClient? TryConnect(IReadOnlyList<string> places)
    {
        foreach (var place in places)
        {
            if (Open(place) is { } client)
            {
                return client.Greet();
            }
        }

        return null;
    }

    public HostStatus Status() =>
        Call(ControlOpcode.Status, new HelloBody("usbip-host", ProgramVersion.Text), ControlJson.Default.HelloBody, ControlJson.Default.HostStatus);

    public DeviceReply Export(string busId, bool force, bool keep = false, ShareRequest? sharing = null) =>
        Call(ControlOpcode.Export, new ExportRequest(busId, force, keep) { Sharing = sharing }, ControlJson.Default.ExportRequest, ControlJson.Default.DeviceReply);

    public DeviceReply Unexport(string busId, bool force) =>
        Call(ControlOpcode.Unexport, new UnexportRequest(busId, force), ControlJson.Default.UnexportRequest, ControlJson.Default.DeviceReply);

    public TypeReply Type(string text, string? busId) =>
        Call(ControlOpcode.Type, new TypeRequest(text, busId), ControlJson.Default.TypeRequest, ControlJson.Default.TypeReply);

    /// <summary>What happens from now on, as it happens, after how things stand. Nothing else can be asked after it; Dispose, on any thread, ends it.</summary>
    /// <exception cref="CommandException">The daemon has ended, or does not know the request.</exception>
    public IEnumerable<HostEvent> Watch()
    {
        _socket.ReceiveTimeout = 0;
        yield return Call(ControlOpcode.Watch, new HelloBody("usbip-host", ProgramVersion.Text), ControlJson.Default.HelloBody, EventJson.Default.HostEvent);
        while (true)
        {
            yield return Receive(ControlOpcode.Watch, EventJson.Default.HostEvent);
        }
    }

    public void Dispose() => _socket.Dispose();

    private ControlClient Greet()
    {
        try
        {
            Call(
                ControlOpcode.Hello,
                new HelloBody("usbip-host", ProgramVersion.Text),
                ControlJson.Default.HelloBody,
                ControlJson.Default.HelloBody);
            return this;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private static ControlClient? Open(string place)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified)
        {
            SendTimeout = PatienceMilliseconds,
            ReceiveTimeout = PatienceMilliseconds,
        };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(place));
            return new ControlClient(socket);
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AccessDenied)
        {
            socket.Dispose();
            throw new CommandException(
                ExitCode.Permission,
                $"This user may not talk to the daemon at {place}.",
                $"sudo, or add the user to the group {ControlSocketFile.AdminGroupName}",
                exception);
        }
        catch (SocketException)
        {
            socket.Dispose(); // no such file, or nobody listens on it any more
            return null;
        }
        catch (ArgumentException exception)
        {
            socket.Dispose();
            throw new CommandException(
                ExitCode.Usage,
                $"{place} cannot be the control socket: {exception.Message}",
                "--control with a path of less than 108 characters",
                exception);
        }
    }

    internal TReply Call<TRequest, TReply>(
        ControlOpcode opcode, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TReply> replyType)
    {
        try
        {
            _sequence++;
            foreach (var record in ControlRecords.Write(ControlKind.Request, opcode, _sequence, request, requestType))
            {
                _socket.Send(record);
            }
        }
        catch (SocketException exception)
        {
            throw Closed(exception);
        }

        return Receive(opcode, replyType);
    }

    private TReply Receive<TReply>(ControlOpcode opcode, JsonTypeInfo<TReply> replyType)
    {
        try
        {
            return ReceiveAnswer(opcode, replyType);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            throw new CommandException(
                ExitCode.Timeout,
                $"The daemon did not answer the request {opcode} within {PatienceMilliseconds / 1000} s.",
                "its log, and usbip-host status",
                exception);
        }
        catch (SocketException exception)
        {
            throw Closed(exception);
        }
        catch (ProtocolException exception)
        {
            throw new CommandException(
                ExitCode.Protocol,
                $"The daemon's answer is not understood. {exception.Message}",
                "restart the daemon with the version of this command",
                exception);
        }
    }

    private TReply ReceiveAnswer<TReply>(ControlOpcode opcode, JsonTypeInfo<TReply> replyType)
    {
        using var body = new MemoryStream();
        ControlHeader header;
        do
        {
            var size = _socket.Receive(_received);
            if (size == 0)
            {
                throw Closed(null);
            }

            header = ControlHeader.Read(_received.AsSpan(0, size));
            body.Write(_received.AsSpan(ControlHeader.Size, header.Length));
            if (body.Length > ControlRecords.MaxWholeBody)
            {
                throw new ProtocolException($"It is longer than {ControlRecords.MaxWholeBody} bytes.");
            }
        }
        while (header.Flags.HasFlag(ControlFlags.More));

        var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        if (header.Kind == ControlKind.Error)
        {
            var error = ControlRecords.Read(opcode, bytes, ControlJson.Default.ErrorBody);
            throw new CommandException((ExitCode)error.ExitCode, error.Message, error.Hint);
        }

        var expected = opcode == ControlOpcode.Watch ? ControlKind.Event : ControlKind.Reply;
        return header.Kind == expected && header.Sequence == _sequence
            ? ControlRecords.Read(opcode, bytes, replyType)
            : throw new ProtocolException($"It is of kind {header.Kind} for request {header.Sequence}; request {_sequence} was asked.");
    }

    private static CommandException Closed(SocketException? cause) => new(
        ExitCode.Failure,
        "The daemon closed the control connection: it ends, it has too many of them, or it refuses this user.",
        "again in a moment; the daemon's log says why",
        cause);
}
