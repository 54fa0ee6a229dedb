using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using UsbIp.Protocol;

namespace UsbIp.Client.Remote;

/// <summary>
/// One TCP connection to a USB/IP server: lists its devices, or imports one and hands the socket over. A server answers one operation
/// per connection. Blocking throughout, from one thread: a socket that may carry URBs must never have been used asynchronously.
/// </summary>
public sealed class HostConnection : IDisposable
{
    /// <summary>How long a server may take for its whole answer, however slowly it drips.</summary>
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A host that lets this client wait says every 5 s that it is there; for so long it may be silent.</summary>
    private static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(20);

    private readonly HostAddress _address;
    private readonly CancellationToken _stop;
    private Socket? _socket;
    private Action<TimeSpan>? _extend;

    private HostConnection(HostAddress address, Socket socket, CancellationToken stop) => (_address, _socket, _stop) = (address, socket, stop);

    /// <summary>Connects in plain TCP; the place where a TLS handshake would begin, since the first byte tells a host which it is.</summary>
    /// <param name="address">Where the server listens.</param>
    /// <param name="timeout">How long it may take to answer; 5 s unless said otherwise.</param>
    /// <param name="stop">Ends connecting and every exchange with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="CommandException">The name does not resolve, or nobody answers there.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The connection owns its socket until it is taken.")]
    public static HostConnection Connect(HostAddress address, TimeSpan? timeout = null, CancellationToken stop = default) =>
        new(address, HostDialer.Dial(address, timeout ?? HostDialer.DefaultTimeout, stop), stop);

    /// <summary>Every device that the host exports.</summary>
    /// <exception cref="CommandException">The host refused, answered nonsense or did not answer in time.</exception>
    public IReadOnlyList<ListedDevice> List() => Converse("OP_REQ_DEVLIST", stream =>
    {
        var status = Ask(stream, OperationCode.DeviceListRequest, OperationCode.DeviceListReply);
        return status == OperationStatus.Ok
            ? DeviceList.ReadBody(stream)
            : throw new CommandException(
                ExitCode.Refused, $"{_address} refused to list its devices: {ImportRefusal.Describe(status)}.", $"look into the log of the server on {_address.Host}.");
    });

    /// <summary>What the host can do beyond USB/IP without an import, once it has listed its devices: bytes behind the list, which others do not send.</summary>
    public Extensions ReadOffer()
    {
        Span<byte> trailer = stackalloc byte[ExtensionTail.TrailerSize];
        return TrailingBytes.TryRead(_socket!, trailer) ? ExtensionTail.ReadTrailer(trailer) : Extensions.None;
    }

    /// <summary>Asks the host to tell what happens to its devices; frames follow on the socket. Only where the host offers <see cref="Extensions.Watch"/>.</summary>
    /// <exception cref="CommandException">The host refused, answered nonsense or did not answer in time.</exception>
    public void Watch() => Converse("OP_REQ_WATCH", stream =>
    {
        var status = Ask(stream, OperationCode.WatchRequest, OperationCode.WatchReply);
        return status == OperationStatus.Ok
            ? status
            : throw new CommandException(ExitCode.Busy, $"{_address} refuses to be watched: it has too many watchers already.", "end one of them, or --poll.");
    });

    /// <summary>The version of USB/IP in the host's last answer, 0x0111 for 1.1.1; null if there was none, or it was no answer of USB/IP.</summary>
    public ushort? PeerVersion { get; private set; }

    /// <summary>What the host does beyond USB/IP in the session that <see cref="Import"/> has begun.</summary>
    public Extensions Accepted { get; private set; }

    /// <summary>Whether the host has refused as only one does that knows what this client offers: asking again without the offer is of no use.</summary>
    public bool KnowsOffers { get; private set; }

    /// <summary>Asks for one device. Afterwards the connection is a URB session: <see cref="TakeSocket"/> hands it over.</summary>
    /// <param name="busId">The device.</param>
    /// <param name="offered">What this client can do beyond USB/IP; hosts that don't know it don't see it.</param>
    /// <param name="waiting">Told who holds the device and this client's place in the line, where the host lets it wait.</param>
    /// <returns>The record of the device, its speed one that vhci_hcd accepts.</returns>
    /// <exception cref="CommandException">The host refused, answered nonsense or did not answer in time.</exception>
    public DeviceRecord Import(BusId busId, Extensions offered = Extensions.None, Action<ImportDetail>? waiting = null)
    {
        var device = Converse("OP_REQ_IMPORT", stream =>
        {
            Span<byte> bytes = stackalloc byte[DeviceRecord.Size];
            var request = bytes[..ImportRequest.Size];
            new ImportRequest(busId, offered).Write(request);
            stream.Write(request);
            var mayWait = waiting is not null && (offered & (Extensions.Wait | Extensions.TakeOver)) != 0;
            var status = ReadHeader(stream, OperationCode.ImportReply, mayWait ? () => ReadWait(stream, waiting!) : null);
            if (status != OperationStatus.Ok)
            {
                throw ImportRefusal.ToException(_address, busId, status, offered.HasFlag(Extensions.Reasons) ? ReadDetail() : null);
            }

            stream.ReadExactly(bytes);
            Accepted = offered & ExtensionTail.ReadAnswer(bytes[..ProtocolConstants.PathFieldSize]);
            return ImportGrant.Check(_address, busId, DeviceRecord.Read(bytes));
        });
        _socket!.ReceiveTimeout = 0;
        _socket.SendTimeout = 0;
        return device;
    }

    /// <summary>The socket, blocking and without time-outs; from here on its closing is the caller's duty.</summary>
    public Socket TakeSocket()
    {
        var socket = _socket ?? throw new ObjectDisposedException(nameof(HostConnection));
        _socket = null;
        return socket;
    }

    /// <summary>Whether what answers is on this machine: a host, or the near end of a tunnel such as ssh's.</summary>
    public bool IsToThisMachine => _socket is not null && HostDialer.IsThisMachines(_socket);

    public void Dispose() => _socket?.Dispose();

    /// <summary>Runs one exchange under a deadline and says in a sentence what went wrong.</summary>
    private T Converse<T>(string request, Func<Stream, T> exchange)
    {
        var socket = _socket ?? throw new ObjectDisposedException(nameof(HostConnection));
        var late = false;
        using var deadline = new Timer(
            _ =>
            {
                late = true;
                Abort(socket);
            },
            null,
            AnswerTimeout,
            Timeout.InfiniteTimeSpan);
        _extend = patience => deadline.Change(patience, Timeout.InfiniteTimeSpan);
        using var stopping = _stop.Register(() => Abort(socket));
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: false);
            return exchange(stream);
        }
        catch (IOException) when (_stop.IsCancellationRequested)
        {
            throw new OperationCanceledException(_stop);
        }
        catch (ProtocolException error)
        {
            throw new CommandException(ExitCode.ProtocolError, $"{_address} broke the protocol: {error.Message}", cause: error);
        }
        catch (Exception error) when (late || IsTimeout(error))
        {
            throw new CommandException(
                ExitCode.Timeout,
                $"{_address} did not answer {request} within {AnswerTimeout.TotalSeconds:0} s.",
                $"check that a USB/IP server listens on port {_address.Port} of {_address.Host}, and its log.",
                error);
        }
        catch (IOException error)
        {
            // EndOfStreamException is one too.
            throw new CommandException(
                ExitCode.Network,
                $"{_address} closed the connection without a whole answer to {request}.",
                $"look into the log of the server on {_address.Host}.",
                error);
        }
    }

    /// <summary>Sends an operation that is only a header, and reads the header of its reply.</summary>
    private OperationStatus Ask(Stream stream, OperationCode request, OperationCode reply)
    {
        Span<byte> bytes = stackalloc byte[OperationHeader.Size];
        new OperationHeader(request, OperationStatus.Ok).Write(bytes);
        stream.Write(bytes);
        return ReadHeader(stream, reply);
    }

    private ImportDetail? ReadDetail()
    {
        Span<byte> bytes = stackalloc byte[ImportDetail.Size];
        var detail = TrailingBytes.TryRead(_socket!, bytes) ? ImportDetail.Read(bytes) : null;
        KnowsOffers = detail is not null;
        return detail;
    }

    /// <summary>Reads what follows the header of an OP_REP_WAIT, and grants the host more time.</summary>
    private void ReadWait(Stream stream, Action<ImportDetail> waiting)
    {
        Span<byte> bytes = stackalloc byte[ImportDetail.Size];
        stream.ReadExactly(bytes);
        _socket!.ReceiveTimeout = (int)WaitTimeout.TotalMilliseconds;
        _extend!(WaitTimeout);
        waiting(ImportDetail.Read(bytes) ?? throw new ProtocolException("OP_REP_WAIT: what follows its header has not the right tag, version and CRC."));
    }

    /// <param name="stream">The connection.</param>
    /// <param name="expected">The operation that is to be answered.</param>
    /// <param name="wait">Called for each OP_REP_WAIT that comes before the answer; null where none may.</param>
    private OperationStatus ReadHeader(Stream stream, OperationCode expected, Action? wait = null)
    {
        Span<byte> bytes = stackalloc byte[OperationHeader.Size];
        var header = ReadAnyHeader(stream, bytes, expected);
        while (header.Code == OperationCode.WaitReply && wait is not null)
        {
            wait();
            header = ReadAnyHeader(stream, bytes, expected);
        }

        return header.Code == expected
            ? header.Status
            : throw new ProtocolException($"the reply's code is 0x{(ushort)header.Code:x4}; 0x{(ushort)expected:x4} was expected.");
    }

    private OperationHeader ReadAnyHeader(Stream stream, Span<byte> bytes, OperationCode expected)
    {
        stream.ReadExactly(bytes);
        var version = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        var code = (OperationCode)BinaryPrimitives.ReadUInt16BigEndian(bytes[sizeof(ushort)..]);
        PeerVersion = version == ProtocolConstants.Version || code == expected ? version : null;
        if (version != ProtocolConstants.Version)
        {
            throw new CommandException(ExitCode.ProtocolMismatch, ForeignAnswer.Describe(_address, bytes), $"check that port {_address.Port} of {_address.Host} is a USB/IP server's.");
        }

        return OperationHeader.Read(bytes);
    }

    private static bool IsTimeout(Exception error) => error.InnerException is SocketException
    {
        SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock,
    };

    private static void Abort(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both); // wakes the reader, which sees the end of the stream
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The peer was faster, or the exchange is over.
        }
    }
}
