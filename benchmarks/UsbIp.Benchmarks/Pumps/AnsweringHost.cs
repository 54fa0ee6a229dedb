using System.Buffers.Binary;
using System.Net.Sockets;
using UsbIp.Client.Interop;
using UsbIp.Protocol;

namespace UsbIp.Benchmarks.Pumps;

/// <summary>
/// The other pump: a host that has every answer ready. What a load generator reaches against it over the same kind of connection is the
/// physical limit of the run: sockets, wake-ups and copies, and hardly anything else. One thread.
/// </summary>
internal sealed class AnsweringHost
{
    private const int ReadSize = 256 * 1024;
    private const int ReplyRoom = 512 * 1024;
    private const int SeqnumOffset = 4;

    private readonly BlockingSocket _socket;
    private readonly byte[] _received = GC.AllocateUninitializedArray<byte>(ReadSize, pinned: true);
    private byte[] _replies = [];
    private int _replySize;
    private int _readyLength;
    private int _dataSize = -1;
    private UrbDirection _direction;
    private int _composed;
    private uint _seqnum;
    private bool _owesReply;

    public AnsweringHost(Socket socket) => _socket = new BlockingSocket(socket);

    /// <summary>Answers until the peer closes the connection.</summary>
    public void Run()
    {
        var filled = 0;
        var payloadLeft = 0;
        while (_socket.Receive(_received.AsSpan(filled)) is > 0 and var received)
        {
            filled += received;
            var bytes = _received.AsSpan(0, filled);
            while (true)
            {
                var payload = Math.Min(payloadLeft, bytes.Length);
                payloadLeft -= payload;
                bytes = bytes[payload..];
                if (_owesReply && payloadLeft == 0)
                {
                    Compose();
                }

                if (payloadLeft > 0 || bytes.Length < SubmitRequest.Size)
                {
                    break;
                }

                payloadLeft = Take(bytes);
                bytes = bytes[SubmitRequest.Size..];
            }

            bytes.CopyTo(_received);
            filled = bytes.Length;
            if (!Flush())
            {
                return;
            }
        }
    }

    /// <summary>Reads a request; how many bytes of data follow it.</summary>
    private int Take(ReadOnlySpan<byte> bytes)
    {
        var request = SubmitRequest.Read(UrbHeader.Read(bytes), bytes);
        if (request.BufferLength != _dataSize || request.Direction != _direction)
        {
            Flush();
            Prepare(request);
        }

        _seqnum = request.Seqnum;
        _owesReply = true;
        return request.Direction == UrbDirection.Out ? request.BufferLength : 0;
    }

    /// <summary>Replies of one kind lie ready one behind the other; answering fills in their seqnums.</summary>
    private void Prepare(in SubmitRequest request)
    {
        (_dataSize, _direction) = (request.BufferLength, request.Direction);
        _replySize = SubmitReply.Size + (_direction == UrbDirection.In ? _dataSize : 0);
        var count = Math.Max(1, ReplyRoom / _replySize);
        _readyLength = count * _replySize;
        if (_replies.Length < _readyLength)
        {
            _replies = GC.AllocateArray<byte>(_readyLength, pinned: true);
        }

        for (var index = 0; index < count; index++)
        {
            new SubmitReply(0, UrbStatus.Ok, _dataSize).Write(_replies.AsSpan(index * _replySize));
        }
    }

    private void Compose()
    {
        _owesReply = false;
        if (_composed + _replySize > _readyLength)
        {
            Flush();
        }

        BinaryPrimitives.WriteUInt32BigEndian(_replies.AsSpan(_composed + SeqnumOffset), _seqnum);
        _composed += _replySize;
    }

    private bool Flush()
    {
        var bytes = _replies.AsSpan(0, _composed);
        _composed = 0;
        while (!bytes.IsEmpty)
        {
            var sent = _socket.Send(bytes);
            if (sent <= 0)
            {
                return false;
            }

            bytes = bytes[sent..];
        }

        return true;
    }
}
