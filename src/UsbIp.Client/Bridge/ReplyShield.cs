using UsbIp.Client.Bridge.Ahead;
using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Stands between a host and this machine's kernel, because vhci_hcd believes what it reads: statuses and lengths go to drivers unchecked,
/// an isochronous offset becomes the target of a memmove (usbip_common.c, usbip_pad_iso), an unknown seqnum unplugs the device. So no
/// reply's header is forwarded: it is written anew, in place, from what the kernel asked for and those values of the host's that have been
/// checked. A value that only misinforms is replaced; one after which the end of the message is unknown ends the session.
/// Called with the kernel's end held; one instance per session.
/// </summary>
internal sealed class ReplyShield(PendingUrbs pending, EnumerationGuard enumeration, ReadAhead ahead, LateReplies late, HostPing ping, GiveWayAnswers answers)
{
    /// <summary>Judges the message that begins with <paramref name="bytes"/>, at least a header, and makes it safe in place.</summary>
    /// <exception cref="ProtocolException">The session must end; says which field was wrong, and its value.</exception>
    public Verdict Admit(Span<byte> bytes)
    {
        var header = UrbHeader.Read(bytes);
        return header.Command switch
        {
            UrbCommand.SubmitReply => AdmitSubmitReply(SubmitReply.Read(header, bytes), bytes),
            UrbCommand.UnlinkReply => AdmitUnlinkReply(header.Seqnum, bytes),
            UrbCommand.Pong => AdmitPong(header.Seqnum),
            UrbCommand.GiveWayQuestion => AdmitQuestion(header.Seqnum, bytes),
            _ => throw new ProtocolException($"Message with seqnum {header.Seqnum}: command {(uint)header.Command} is a request; a host sends replies."),
        };
    }

    private Verdict AdmitSubmitReply(in SubmitReply reply, Span<byte> bytes)
    {
        if (pending.Find(reply.Seqnum) is not { } urb)
        {
            return SwallowSubmitReply(reply, bytes.Length);
        }

        if (!urb.IsComplete)
        {
            throw new ProtocolException($"RET_SUBMIT seqnum {reply.Seqnum}: the host answers before the request's data was sent.");
        }

        var request = urb.Request;
        var size = SizeOf(reply, request.Direction, request.BufferLength, urb.PacketCount);
        if (bytes.Length < size)
        {
            return Verdict.Incomplete(size);
        }

        if (IsRefusal(reply, urb.PacketCount))
        {
            var substitute = FailedReply.Compose(urb, StatusAllowList.Filter(reply.Status));
            pending.Answer(urb);
            return Verdict.Replace(size, substitute);
        }

        if (urb.IsDoomed)
        {
            return Verdict.Swallow(size);
        }

        if (urb.Pipe is not null)
        {
            return ahead.TakeReply(urb, reply, bytes[..size]);
        }

        if (urb.PacketCount > 0)
        {
            IsoReply.Rewrite(reply, urb, bytes[..size]);
        }
        else
        {
            var payload = bytes[SubmitReply.Size..size];
            enumeration.Check(request, payload);
            RemoteWakeup.Withhold(request, payload);
            ahead.Replied(request, reply.Status, payload);
            new SubmitReply(reply.Seqnum, StatusAllowList.Filter(reply.Status), reply.ActualLength).Write(bytes);
        }

        pending.Answer(urb);
        return reply.Status != UrbStatus.Ok && ahead.TryHold(request, bytes[..size]) ? Verdict.Swallow(size) : Verdict.Forward(size);
    }

    private Verdict AdmitUnlinkReply(uint seqnum, Span<byte> bytes)
    {
        if (pending.TryAnswerUnlink(seqnum, out var status, out var own))
        {
            if (own is { } ours)
            {
                ours.Pipe.TakeUnlinkReply(ours.Target);
                return Verdict.Swallow(UnlinkReply.Size);
            }

            new UnlinkReply(seqnum, status).Write(bytes);
            return ahead.TryHold(bytes[..UnlinkReply.Size]) ? Verdict.Swallow(UnlinkReply.Size) : Verdict.Forward(UnlinkReply.Size);
        }

        if (!pending.TryFindAnswered(seqnum, out var answered) || !answered.IsUnlink)
        {
            throw new ProtocolException($"RET_UNLINK seqnum {seqnum}: the kernel never sent an unlink with this seqnum.");
        }

        Swallow(answered);
        return Verdict.Swallow(UnlinkReply.Size);
    }

    private Verdict AdmitPong(uint seqnum)
    {
        ping.TakePong(seqnum);
        return Verdict.Swallow(Heartbeat.Size);
    }

    private Verdict AdmitQuestion(uint seqnum, ReadOnlySpan<byte> bytes)
    {
        answers.RequireTurn(seqnum);
        if (bytes.Length < GiveWay.Size)
        {
            return Verdict.Incomplete(GiveWay.Size);
        }

        answers.Take(seqnum, GiveWay.ReadQuestion(bytes[..GiveWay.Size]));
        return Verdict.Swallow(GiveWay.Size);
    }

    private Verdict SwallowSubmitReply(in SubmitReply reply, int available)
    {
        if (!pending.TryFindAnswered(reply.Seqnum, out var answered) || answered.IsUnlink)
        {
            throw new ProtocolException($"RET_SUBMIT seqnum {reply.Seqnum}: the host was never sent a URB with this seqnum.");
        }

        var size = SizeOf(reply, answered.Direction, answered.BufferLength, answered.PacketCount);
        if (available < size)
        {
            return Verdict.Incomplete(size);
        }

        ahead.RepliedLate(reply);
        Swallow(answered);
        return Verdict.Swallow(size);
    }

    private void Swallow(in AnsweredUrb answered)
    {
        if (!pending.TrySettle(answered))
        {
            late.Count(answered.Seqnum);
        }
    }

    /// <summary>Hosts that refuse an isochronous URB before it ran send no packet table with the refusal, and say so: number_of_packets is 0.</summary>
    private static bool IsRefusal(in SubmitReply reply, int packetCount) =>
        packetCount > 0 && reply is { PacketCount: 0, ActualLength: 0, Status: not UrbStatus.Ok };

    /// <summary>The size of a RET_SUBMIT with all that follows it: its header does not say the direction, only our table does.</summary>
    private static int SizeOf(in SubmitReply reply, UrbDirection direction, int bufferLength, int packetCount)
    {
        bufferLength = Math.Min(bufferLength, ProtocolLimits.MaxTransferLength); // no host was asked for more, see KernelReader
        if (reply.ActualLength < 0 || reply.ActualLength > bufferLength)
        {
            throw new ProtocolException(
                $"RET_SUBMIT seqnum {reply.Seqnum}: actual_length {reply.ActualLength} is outside 0..{bufferLength}, the length asked for.");
        }

        if (IsRefusal(reply, packetCount))
        {
            return SubmitReply.Size;
        }

        if (packetCount > 0 && reply.PacketCount != packetCount)
        {
            throw new ProtocolException(
                $"RET_SUBMIT seqnum {reply.Seqnum}: number_of_packets {reply.PacketCount} is not the {packetCount} asked for.");
        }

        return SubmitReply.Size + (direction == UrbDirection.In ? reply.ActualLength : 0) + (packetCount * IsoPacket.Size);
    }
}
