using System.Net;
using System.Net.Sockets;
using UsbIp.Protocol;

namespace UsbIp.TestKit;

/// <summary>A USB/IP client that says exactly what a test tells it to, right or wrong. Every read has a deadline.</summary>
public sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public RawClient(IPEndPoint host)
    {
        Socket = new Socket(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Socket.Connect(host);
        Name = Socket.LocalEndPoint!.ToString()!;
        Socket.ReceiveTimeout = (int)Patience.TotalMilliseconds;
        Socket.SendTimeout = (int)Patience.TotalMilliseconds;
    }

    public Socket Socket { get; }

    /// <summary>What a host's log calls this client: its address and port.</summary>
    public string Name { get; }

    /// <summary>The devid of the imported device.</summary>
    public DeviceId DeviceId => Record?.DeviceId ?? default;

    /// <summary>What the host said of the imported device.</summary>
    public DeviceRecord? Record { get; private set; }

    /// <summary>Asks for the host's list.</summary>
    public IReadOnlyList<ListedDevice> List()
    {
        var request = new byte[OperationHeader.Size];
        new OperationHeader(OperationCode.DeviceListRequest, OperationStatus.Ok).Write(request);
        Send(request);
        Read(OperationHeader.Size);
        using var stream = new NetworkStream(Socket, ownsSocket: false);
        return DeviceList.ReadBody(stream);
    }

    /// <summary>Imports a device; the reply's status.</summary>
    public OperationStatus Import(string busId, Extensions offered = Extensions.None)
    {
        Ask(busId, offered);
        return ReadAnswer();
    }

    /// <summary>Sends OP_REQ_IMPORT.</summary>
    public void Ask(string busId, Extensions offered = Extensions.None)
    {
        var request = new byte[ImportRequest.Size];
        new ImportRequest(BusId.Parse(busId), offered).Write(request);
        Send(request);
    }

    /// <summary>Reads OP_REP_IMPORT, but not what may follow a refusal; its status.</summary>
    public OperationStatus ReadAnswer()
    {
        var header = OperationHeader.Read(Read(OperationHeader.Size));
        if (header.Status == OperationStatus.Ok)
        {
            Record = DeviceRecord.Read(Read(DeviceRecord.Size));
        }

        return header.Status;
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[Socket.Send(bytes)..];
        }
    }

    /// <summary>Sends CMD_SUBMIT with what follows it.</summary>
    public void Submit(in SubmitRequest request, ReadOnlySpan<byte> data = default, params IReadOnlyList<IsoPacket> packets) =>
        Send(Bytes(request, data, packets));

    /// <summary>CMD_SUBMIT with what follows it, as bytes.</summary>
    public byte[] Bytes(SubmitRequest request, ReadOnlySpan<byte> data = default, IReadOnlyList<IsoPacket>? packets = null)
    {
        packets ??= [];
        var bytes = new byte[SubmitRequest.Size + data.Length + (packets.Count * IsoPacket.Size)];
        (request with { DeviceId = request.DeviceId == default ? DeviceId : request.DeviceId }).Write(bytes);
        data.CopyTo(bytes.AsSpan(SubmitRequest.Size));
        for (var index = 0; index < packets.Count; index++)
        {
            packets[index].Write(bytes.AsSpan(SubmitRequest.Size + data.Length + (index * IsoPacket.Size)));
        }

        return bytes;
    }

    public void Unlink(uint seqnum, uint target)
    {
        var bytes = new byte[UnlinkRequest.Size];
        new UnlinkRequest(seqnum, DeviceId, target).Write(bytes);
        Send(bytes);
    }

    /// <summary>Asks whether the host is there.</summary>
    public void Ping(uint seqnum)
    {
        var bytes = new byte[Heartbeat.Size];
        Heartbeat.WritePing(bytes, seqnum);
        Send(bytes);
    }

    /// <summary>The next reply, which must be a pong; its seqnum.</summary>
    public uint ReadPong()
    {
        var header = UrbHeader.Read(Read(Heartbeat.Size));
        return header.Command == UrbCommand.Pong ? header.Seqnum : throw new InvalidOperationException($"Expected a pong, got {header}.");
    }

    /// <summary>The next message, which must be the question whether the client gives way: its seqnum, and who asks.</summary>
    public (uint Seqnum, string Asker) ReadQuestion()
    {
        var bytes = Read(GiveWay.Size);
        var header = UrbHeader.Read(bytes);
        return header.Command == UrbCommand.GiveWayQuestion
            ? (header.Seqnum, GiveWay.ReadQuestion(bytes))
            : throw new InvalidOperationException($"Expected a question, got {header}.");
    }

    /// <summary>Answers such a question: with why the client keeps its device, or with null.</summary>
    public void Answer(uint seqnum, string? reason)
    {
        var bytes = new byte[GiveWay.Size];
        GiveWay.WriteAnswer(bytes, seqnum, reason);
        Send(bytes);
    }

    /// <summary>The next reply's header, with what follows a RET_SUBMIT still unread.</summary>
    public (UrbHeader Header, SubmitReply Submit, UnlinkReply Unlink) ReadReply()
    {
        var bytes = Read(ProtocolConstants.UrbHeaderSize);
        var header = UrbHeader.Read(bytes);
        return header.Command == UrbCommand.SubmitReply
            ? (header, SubmitReply.Read(header, bytes), default)
            : (header, default, UnlinkReply.Read(header, bytes));
    }

    /// <summary>The next reply, which must be a RET_SUBMIT.</summary>
    public SubmitReply ReadSubmitReply()
    {
        var reply = ReadReply();
        return reply.Header.Command == UrbCommand.SubmitReply
            ? reply.Submit
            : throw new InvalidOperationException($"Expected a RET_SUBMIT, got {reply.Unlink}.");
    }

    /// <summary>The next reply, which must be a RET_UNLINK.</summary>
    public UnlinkReply ReadUnlinkReply()
    {
        var reply = ReadReply();
        return reply.Header.Command == UrbCommand.UnlinkReply
            ? reply.Unlink
            : throw new InvalidOperationException($"Expected a RET_UNLINK, got {reply.Submit}.");
    }

    public IsoPacket[] ReadIsoPackets(int count)
    {
        var packets = new IsoPacket[count];
        for (var index = 0; index < count; index++)
        {
            packets[index] = IsoPacket.Read(Read(IsoPacket.Size));
        }

        return packets;
    }

    public byte[] Read(int length)
    {
        var bytes = new byte[length];
        ReadInto(bytes);
        return bytes;
    }

    public void ReadInto(Span<byte> buffer)
    {
        var have = 0;
        while (have < buffer.Length)
        {
            var received = Socket.Receive(buffer[have..]);
            if (received == 0)
            {
                throw new EndOfStreamException($"The host closed the connection after {have} of {buffer.Length} bytes.");
            }

            have += received;
        }
    }

    /// <summary>Whether the host closes the connection without another byte.</summary>
    public bool IsClosedByHost()
    {
        try
        {
            return Socket.Receive(new byte[1]) == 0;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true;
        }
    }

    /// <summary>Says no more, and still listens: a host finds the end of the stream where the bytes so far have ended.</summary>
    public void CloseSending() => Socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => Socket.Dispose();
}
