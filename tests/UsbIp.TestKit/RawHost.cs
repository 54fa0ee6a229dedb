using System.Net.Sockets;
using UsbIp.Protocol;

namespace UsbIp.TestKit;

/// <summary>One request as a host reads it.</summary>
public sealed record RawRequest(UrbHeader Header, SubmitRequest Submit, UnlinkRequest Unlink, byte[] Data, IsoPacket[] Packets)
{
    public uint Seqnum => Header.Seqnum;

    public bool IsUnlink => Header.Command == UrbCommand.Unlink;

    public bool IsPing => Header.Command == UrbCommand.Ping;
}

/// <summary>Plays a host, past the import, on the other end of a connection: reads requests, and sends whatever it is told to. Owns the socket.</summary>
public sealed class RawHost : IDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;

    public RawHost(Socket socket)
    {
        _socket = socket;
        socket.ReceiveTimeout = 20_000; // a test that would wait for ever fails instead
        socket.SendTimeout = 20_000;
        _stream = new NetworkStream(socket, ownsSocket: false);
    }

    /// <summary>The next request, or null at the end of the stream.</summary>
    public RawRequest? Receive()
    {
        var bytes = new byte[ProtocolConstants.UrbHeaderSize];
        if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
        {
            return null;
        }

        var header = UrbHeader.Read(bytes);
        if (header.Command == UrbCommand.Unlink)
        {
            return new RawRequest(header, default, UnlinkRequest.Read(header, bytes), [], []);
        }

        if (header.Command == UrbCommand.Ping)
        {
            return new RawRequest(header, default, default, [], []);
        }

        var submit = SubmitRequest.Read(header, bytes);
        var data = new byte[submit.Direction == UrbDirection.Out ? submit.BufferLength : 0];
        _stream.ReadExactly(data);
        var packets = new IsoPacket[submit.PacketCount];
        for (var index = 0; index < packets.Length; index++)
        {
            _stream.ReadExactly(bytes.AsSpan(0, IsoPacket.Size));
            packets[index] = IsoPacket.Read(bytes);
        }

        return new RawRequest(header, submit, default, data, packets);
    }

    /// <summary>Whether there is something to receive within that time.</summary>
    public bool Poll(TimeSpan wait) => _socket.Poll(wait, SelectMode.SelectRead);

    /// <summary>Bytes as they come, for requests that are cut.</summary>
    public byte[] ReceiveRaw(int length)
    {
        var bytes = new byte[length];
        _stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Reads, and forgets, up to the connection's end; a reset is an end too.</summary>
    public void ReceiveUntilClosed()
    {
        var bytes = new byte[64 * 1024];
        try
        {
            while (_stream.Read(bytes) > 0)
            {
            }
        }
        catch (IOException error) when (error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // The bridge left bytes of ours unread.
        }
    }

    public void Reply(uint seqnum, UrbStatus status = UrbStatus.Ok, int actualLength = 0, ReadOnlySpan<byte> data = default) =>
        Reply(new SubmitReply(seqnum, status, actualLength), data, []);

    /// <summary>Answers an IN request with data.</summary>
    public void ReplyWith(uint seqnum, ReadOnlySpan<byte> data) => Reply(new SubmitReply(seqnum, UrbStatus.Ok, data.Length), data, []);

    public void Reply(SubmitReply reply, ReadOnlySpan<byte> data, ReadOnlySpan<IsoPacket> packets) => Send(Compose(reply, data, packets));

    public void ReplyUnlink(uint seqnum, UrbStatus status)
    {
        Span<byte> bytes = stackalloc byte[UnlinkReply.Size];
        new UnlinkReply(seqnum, status).Write(bytes);
        Send(bytes);
    }

    public void Pong(uint seqnum)
    {
        Span<byte> bytes = stackalloc byte[Heartbeat.Size];
        Heartbeat.WritePong(bytes, seqnum);
        Send(bytes);
    }

    /// <summary>Asks whether the client gives its device to another one.</summary>
    public void Ask(uint seqnum, string asker)
    {
        Span<byte> bytes = stackalloc byte[GiveWay.Size];
        GiveWay.WriteQuestion(bytes, seqnum, asker);
        Send(bytes);
    }

    /// <summary>The next message, which must be the answer: its seqnum, and why the client keeps its device, or null.</summary>
    public (uint Seqnum, string? Reason) ReceiveAnswer()
    {
        var bytes = ReceiveRaw(GiveWay.Size);
        var header = UrbHeader.Read(bytes);
        return header.Command == UrbCommand.GiveWayAnswer
            ? (header.Seqnum, GiveWay.ReadAnswer(bytes))
            : throw new InvalidOperationException($"Expected an answer, got {header}.");
    }

    public static byte[] Compose(SubmitReply reply, ReadOnlySpan<byte> data, ReadOnlySpan<IsoPacket> packets)
    {
        var bytes = new byte[SubmitReply.Size + data.Length + (packets.Length * IsoPacket.Size)];
        reply.Write(bytes);
        data.CopyTo(bytes.AsSpan(SubmitReply.Size));
        for (var index = 0; index < packets.Length; index++)
        {
            packets[index].Write(bytes.AsSpan(SubmitReply.Size + data.Length + (index * IsoPacket.Size)));
        }

        return bytes;
    }

    public void Send(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    /// <summary>No more replies will come; requests can still be read.</summary>
    public void CloseSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }
}
