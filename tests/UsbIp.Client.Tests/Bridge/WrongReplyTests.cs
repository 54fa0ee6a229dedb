using System.Buffers.Binary;
using UsbIp.Client.Bridge;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>Replies after which the stream can't be trusted any more: the session ends with a sentence, and the kernel sees none of it.</summary>
public sealed class WrongReplyTests : IDisposable
{
    private readonly BridgeRig _rig = new();

    public void Dispose() => _rig.Dispose();

    public static TheoryData<UrbDirection, int> LengthsNotAskedFor => new()
    {
        { UrbDirection.In, 65 },
        { UrbDirection.In, int.MaxValue },
        { UrbDirection.In, -1 },
        { UrbDirection.In, int.MinValue },
        { UrbDirection.Out, 65 },
        { UrbDirection.Out, int.MaxValue },
        { UrbDirection.Out, -1 },
        { UrbDirection.Out, int.MinValue },
    };

    [Theory]
    [MemberData(nameof(LengthsNotAskedFor))]
    public void An_actual_length_that_was_not_asked_for_ends_the_session(UrbDirection direction, int actualLength)
    {
        var seqnum = direction == UrbDirection.In ? _rig.Kernel.SubmitIn(1, 64) : _rig.Kernel.SubmitOut(1, new byte[64]);
        _rig.Host.Receive();

        _rig.Host.Reply(seqnum, actualLength: actualLength);

        AssertUnplugged($"RET_SUBMIT seqnum {seqnum}: actual_length {actualLength} is outside 0..64, the length asked for.");
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(2u)]
    [InlineData(5u)]
    [InlineData(0x03000000u)]
    [InlineData(uint.MaxValue)]
    public void A_command_that_is_no_reply_ends_the_session(uint command)
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();
        var message = RawHost.Compose(new SubmitReply(seqnum, UrbStatus.Ok, 0), [], []);
        BinaryPrimitives.WriteUInt32BigEndian(message, command);

        _rig.Host.Send(message);

        AssertUnplugged($"Message with seqnum {seqnum}: command");
    }

    [Fact]
    public void A_submit_reply_that_nobody_asked_for_ends_the_session()
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();

        _rig.Host.Reply(seqnum + 1000);

        AssertUnplugged($"RET_SUBMIT seqnum {seqnum + 1000}: the host was never sent a URB with this seqnum.");
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1 << 30)]
    [InlineData(0)]
    public void A_reply_to_a_request_that_the_host_never_saw_ends_the_session(int actualLength)
    {
        var seqnum = _rig.Kernel.SubmitIn(1, int.MaxValue);
        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.ProtocolError, "no host takes a request of that length");

        _rig.Host.Reply(seqnum, actualLength: actualLength);

        AssertUnplugged($"RET_SUBMIT seqnum {seqnum}: the host was never sent a URB with this seqnum");
    }

    [Fact]
    public void An_unlink_reply_that_nobody_asked_for_ends_the_session()
    {
        _rig.Host.ReplyUnlink(7, UrbStatus.Unlinked);

        AssertUnplugged("RET_UNLINK seqnum 7: the kernel never sent an unlink with this seqnum.");
    }

    [Fact]
    public void An_unlink_reply_for_a_pending_urb_ends_the_session()
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();

        _rig.Host.ReplyUnlink(seqnum, UrbStatus.Unlinked);

        AssertUnplugged($"RET_UNLINK seqnum {seqnum}: the kernel never sent an unlink");
    }

    [Fact]
    public void A_submit_reply_for_a_pending_unlink_ends_the_session()
    {
        var victim = _rig.Kernel.SubmitIn(1, 64);
        var unlink = _rig.Kernel.Unlink(victim);
        _rig.Host.Receive();
        _rig.Host.Receive();

        _rig.Host.Reply(unlink);

        AssertUnplugged($"RET_SUBMIT seqnum {unlink}: the host was never sent a URB");
    }

    [Fact]
    public void A_reply_before_the_request_was_sent_whole_ends_the_session()
    {
        var message = _rig.Kernel.Compose(UrbDirection.Out, 1, 64, new byte[64], [], default);
        _rig.Kernel.Send(message.AsSpan(0, 60));
        _rig.Host.ReceiveRaw(60);

        _rig.Host.Reply(1, actualLength: 64);

        AssertUnplugged("RET_SUBMIT seqnum 1: the host answers before the request's data was sent.");
    }

    [Fact]
    public void Operation_messages_in_the_urb_phase_end_the_session()
    {
        var message = new byte[ImportReply.Size];
        ImportReply.WriteGrant(message, BridgeRig.Device);

        _rig.Host.Send(message);

        AssertUnplugged("is none of CMD_SUBMIT 1");
    }

    private void AssertUnplugged(string reason)
    {
        var end = _rig.End();
        end.Kind.Should().Be(BridgeEndKind.HostBrokeProtocol);
        end.Reason.Should().Contain(reason);
        _rig.ExpectUnplug();
        _rig.Host.ReceiveUntilClosed();
    }
}
