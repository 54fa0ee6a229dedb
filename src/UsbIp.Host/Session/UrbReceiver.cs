using UsbIp.Devices;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Session;

/// <summary>
/// The receive loop of a session: header by header, checks, takes memory within the budget, reads the payload into it and passes the URB on. Waits for
/// the client's bytes and for nothing else: neither for the device, nor for memory, nor for replies to leave, for behind any of these may
/// be the very UNLINK that frees them.
/// </summary>
public sealed class UrbReceiver(
    ReceiveBuffer receive,
    IUsbDevice device,
    SubmitValidator validator,
    TransferBudget budget,
    PendingUrbs pending,
    UnlinksBeforeSubmits early,
    DeviceQueue queue,
    CancelQueue cancels,
    BulkOnlyOrder order,
    ReplyQueue replies,
    HolderQuestion question,
    int maxQueuedReplies,
    bool answersPings)
{
    private volatile bool _stopped;

    /// <summary>
    /// Ends the loop at the next message, from any thread. Shutting the socket down wakes it, but bytes that have come, and those that a client goes on
    /// sending, are still handed out.
    /// </summary>
    public void Stop() => _stopped = true;

    /// <summary>Runs until the client closes the connection between two messages, or until <see cref="Stop"/>.</summary>
    /// <exception cref="ProtocolException">The client broke the protocol, or closed inside a message.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The connection broke, or was shut down by the session.</exception>
    public void Run()
    {
        while (!_stopped)
        {
            var bytes = receive.ReadHeader(ProtocolConstants.UrbHeaderSize);
            if (bytes.IsEmpty)
            {
                return;
            }

            var header = UrbHeader.Read(bytes);
            switch (header.Command)
            {
                case UrbCommand.Submit:
                    ReceiveSubmit(SubmitRequest.Read(header, bytes));
                    break;
                case UrbCommand.Unlink:
                    ReceiveUnlink(UnlinkRequest.Read(header, bytes));
                    break;
                case UrbCommand.Ping when answersPings:
                    replies.TryPost(Reply.Pong(header.Seqnum));
                    break;
                case UrbCommand.Ping:
                    throw new ProtocolException($"Message with seqnum {header.Seqnum}: a ping, which was not agreed on at the import.");
                case UrbCommand.GiveWayAnswer:
                    ReceiveAnswer(header.Seqnum, bytes);
                    break;
                default:
                    throw new ProtocolException($"Message with seqnum {header.Seqnum}: {header.Command} is a reply, or a host's question; a client sends requests.");
            }

            if (replies.Overflowed)
            {
                throw new ProtocolException($"More than {maxQueuedReplies} replies wait: the client sends and does not read.");
            }
        }
    }

    private void ReceiveSubmit(in SubmitRequest request)
    {
        var verdict = validator.Check(request, queue.HasSpecial);
        var isoBytes = (long)verdict.IsoPackets * IsoPacket.Size;
        if (early.TryEnd(request.Seqnum))
        {
            receive.Drain(verdict.PayloadLength + isoBytes);
            return;
        }

        if (verdict.Refusal != UrbStatus.Ok)
        {
            Refuse(request, verdict.Refusal, verdict.PayloadLength + isoBytes);
            return;
        }

        // What is on the wire beyond the device's data stage is thrown away, and takes no memory.
        var cost = TransferBudget.CostOf(verdict.Length, verdict.IsoPackets);
        if (!budget.TryReserve(cost))
        {
            Refuse(request, UrbStatus.NoMemory, verdict.PayloadLength + isoBytes);
            return;
        }

        var urb = pending.Rent();
        urb.Prepare(request, verdict.Type, cost, verdict.IsoPackets);
        var isPending = false;
        try
        {
            isPending = ReadAndAdd(urb, verdict);
        }
        finally
        {
            if (!isPending)
            {
                Abandon(urb);
            }
        }

        if (isPending && !order.TryHold(urb))
        {
            queue.Submit(urb);
        }
    }

    /// <summary>True if the URB is pending now: whoever completes it owns it.</summary>
    private bool ReadAndAdd(PendingUrb urb, in SubmitVerdict verdict)
    {
        var request = urb.Request;
        var transfer = device.CreateTransfer(verdict.Length, verdict.IsoPackets);
        urb.Transfer = transfer;
        transfer.Tag = urb;
        transfer.Type = verdict.Type;
        transfer.EndpointAddress = request.EndpointAddress;
        if (verdict.PayloadLength > 0)
        {
            var kept = Math.Min(verdict.PayloadLength, verdict.Length);
            receive.ReadInto(transfer.Data[..kept]);
            receive.Drain(verdict.PayloadLength - kept);
        }

        Span<byte> packet = stackalloc byte[IsoPacket.Size];
        for (var index = 0; index < verdict.IsoPackets; index++)
        {
            receive.ReadInto(packet);
            urb.IsoPackets[index] = IsoPacket.Read(packet);
        }

        if (verdict.Type == TransferType.Isochronous)
        {
            if (!IsoLayout.IsServable(urb.IsoPackets, request.BufferLength))
            {
                replies.TryPost(Reply.Refused(request with { PacketCount = 0 }, UrbStatus.Invalid));
                return false;
            }

            IsoLayout.Gather(urb.IsoPackets, transfer, request.Direction == UrbDirection.Out);
        }
        else if (verdict.Type == TransferType.Control)
        {
            transfer.Setup = request.Setup;
            urb.Special = SpecialRequest.From(request.Setup);
        }
        else
        {
            transfer.ZeroPacket = (request.Flags & TransferFlags.ZeroPacket) != 0 && request.Direction == UrbDirection.Out;
        }

        pending.Add(urb);
        return true;
    }

    private void ReceiveUnlink(in UnlinkRequest request)
    {
        validator.RequireOurDevice(request.Seqnum, request.DeviceId);
        if (pending.TryUnlink(request, out var urb) && !cancels.TryAdd(urb, request.TargetSeqnum))
        {
            throw new ProtocolException($"More than {maxQueuedReplies} unlinks wait: the device hangs in one, and the client goes on.");
        }
    }

    private void ReceiveAnswer(uint seqnum, ReadOnlySpan<byte> header)
    {
        question.RequireAsked(seqnum); // before bytes are waited for that need not come
        Span<byte> message = stackalloc byte[GiveWay.Size];
        header.CopyTo(message);
        receive.ReadInto(message[header.Length..]);
        question.Answer(GiveWay.ReadAnswer(message));
    }

    private void Refuse(in SubmitRequest request, UrbStatus status, long bytesBehind)
    {
        receive.Drain(bytesBehind);

        // A refusal carries no packets, so it must not announce any.
        var echoed = request.PacketCount == -1 ? -1 : 0;
        replies.TryPost(Reply.Refused(request with { PacketCount = echoed }, status));
    }

    private void Abandon(PendingUrb urb)
    {
        urb.Transfer?.Dispose();
        urb.Transfer = null;
        budget.Release(urb.Cost);
        pending.Return(urb);
    }
}
