using System.Net.Sockets;
using System.Runtime.InteropServices;
using UsbIp.Devices;
using UsbIp.Host.Interop;
using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// Replies that leave in one system call: headers and packet descriptors are written into memory of the batch, data is sent from the transfers
/// themselves. Used by one thread at a time; keeps the URBs of its replies until it is cleared.
/// </summary>
public sealed unsafe class ReplyBatch : IDisposable
{
    private const int MaxReplies = 64;

    /// <summary>
    /// Data with which a batch is full. More in one call is no faster, and it would hold URBs whose replies the client has long read: it could have twice
    /// as much in flight by our count as by its own, and be refused memory.
    /// </summary>
    private const int FullLength = 256 * 1024;

    private const int ScratchSize = (MaxReplies * SubmitReply.Size) + (ProtocolLimits.MaxIsoPackets * IsoPacket.Size);

    private readonly NativeBuffer _scratch = new(ScratchSize);
    private readonly IoVector[] _pieces = new IoVector[MaxReplies * 3];
    private readonly List<PendingUrb> _urbs = new(MaxReplies);
    private int _scratchUsed;
    private int _dataLength;
    private int _pieceCount;
    private int _firstPiece;

    public bool IsEmpty => _firstPiece == _pieceCount;

    /// <summary>The URBs whose data the batch holds.</summary>
    public ReadOnlySpan<PendingUrb> Urbs => CollectionsMarshal.AsSpan(_urbs);

    /// <summary>Whether a reply still fits; into an empty batch any does.</summary>
    public bool HasRoomFor(in Reply reply) =>
        _dataLength < FullLength && _pieceCount + 3 <= _pieces.Length && _scratchUsed + reply.HeadLength <= ScratchSize;

    public void Add(in Reply reply)
    {
        if (reply.Command == UrbCommand.UnlinkReply)
        {
            new UnlinkReply(reply.Seqnum, reply.Status).Write(TakeScratch(UnlinkReply.Size));
        }
        else if (reply.Command == UrbCommand.Pong)
        {
            Heartbeat.WritePong(TakeScratch(Heartbeat.Size), reply.Seqnum);
        }
        else if (reply.Asker is { } asker)
        {
            GiveWay.WriteQuestion(TakeScratch(GiveWay.Size), reply.Seqnum, asker);
        }
        else if (reply.Urb is not { } urb)
        {
            new SubmitReply(reply.Seqnum, reply.Status, ActualLength: 0, PacketCount: reply.PacketCount).Write(TakeScratch(SubmitReply.Size));
        }
        else
        {
            _urbs.Add(urb);
            AddWithData(reply, urb, urb.Transfer!);
        }
    }

    /// <summary>Sends what it can without waiting. False if the connection is broken.</summary>
    public bool TrySend(SafeSocketHandle socket, out int error)
    {
        error = 0;
        while (!IsEmpty)
        {
            var sent = VectoredSend.TrySend(socket, _pieces.AsSpan(_firstPiece, _pieceCount - _firstPiece), out error);
            if (sent <= 0)
            {
                return sent == 0;
            }

            Advance(sent);
        }

        return true;
    }

    public void Clear()
    {
        _urbs.Clear();
        (_scratchUsed, _dataLength, _pieceCount, _firstPiece) = (0, 0, 0, 0);
    }

    public void Dispose() => _scratch.Dispose();

    private void AddWithData(in Reply reply, PendingUrb urb, UsbTransfer transfer)
    {
        var request = urb.Request;
        var isIn = request.Direction == UrbDirection.In;
        var (actual, errors, packets) = (transfer.ActualLength, 0, reply.PacketCount);
        if (urb.IsoPacketCount > 0)
        {
            (actual, errors) = IsoLayout.Finish(urb.IsoPackets, transfer, isIn);
            packets = urb.IsoPacketCount;
        }

        new SubmitReply(reply.Seqnum, reply.Status, actual, request.StartFrame, packets, errors).Write(TakeScratch(SubmitReply.Size));
        if (isIn && actual > 0)
        {
            AddPiece(transfer.Buffer.Data, actual);
            _dataLength += actual;
        }

        foreach (var packet in urb.IsoPackets)
        {
            packet.Write(TakeScratch(IsoPacket.Size));
        }
    }

    private Span<byte> TakeScratch(int size)
    {
        var start = _scratch.Data + _scratchUsed;
        AddPiece(start, size);
        _scratchUsed += size;
        return new Span<byte>(start, size);
    }

    /// <summary>Memory that follows directly on the last piece lengthens that piece.</summary>
    private void AddPiece(byte* start, int size)
    {
        if (_pieceCount > 0)
        {
            ref var last = ref _pieces[_pieceCount - 1];
            if (last.Base + last.Length == start)
            {
                last.Length += (nuint)size;
                return;
            }
        }

        _pieces[_pieceCount++] = new IoVector { Base = start, Length = (nuint)size };
    }

    private void Advance(long sent)
    {
        while (sent > 0)
        {
            ref var piece = ref _pieces[_firstPiece];
            if ((nuint)sent < piece.Length)
            {
                piece.Base += sent;
                piece.Length -= (nuint)sent;
                return;
            }

            sent -= (long)piece.Length;
            _firstPiece++;
        }
    }
}
