using System.Buffers.Binary;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>Values that only misinform: they are replaced, and the session goes on.</summary>
public sealed class RepairedReplyTests : IDisposable
{
    private readonly BridgeRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-2, -2)]
    [InlineData(-18, -18)]
    [InlineData(-19, -19)]
    [InlineData(-32, -32)]
    [InlineData(-62, -62)]
    [InlineData(-63, -63)]
    [InlineData(-70, -70)]
    [InlineData(-71, -71)]
    [InlineData(-75, -75)]
    [InlineData(-84, -84)]
    [InlineData(-104, -104)]
    [InlineData(-108, -108)]
    [InlineData(-110, -110)]
    [InlineData(-121, -121)]
    [InlineData(-115, -71)]
    [InlineData(-1, -71)]
    [InlineData(-12, -71)]
    [InlineData(1, -71)]
    [InlineData(77, -71)]
    [InlineData(-4096, -71)]
    [InlineData(int.MinValue, -71)]
    [InlineData(int.MaxValue, -71)]
    public void Drivers_see_only_statuses_that_they_know(int sent, int seen)
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();

        _rig.Host.Reply(seqnum, (UrbStatus)sent);

        ((int)_rig.Kernel.Receive()!.Status).Should().Be(seen);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void A_bulk_reply_has_no_packets_whatever_the_host_says(int packetCount)
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();

        _rig.Host.Reply(new SubmitReply(seqnum, UrbStatus.Ok, 2, StartFrame: 9, packetCount, ErrorCount: 9), "ab"u8, []);

        var header = _rig.Kernel.Receive()!.Header;
        header.Should().Be(new SubmitReply(seqnum, UrbStatus.Ok, 2));
    }

    [Fact]
    public void What_a_host_leaves_in_the_other_fields_does_not_pass()
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();
        var message = RawHost.Compose(new SubmitReply(seqnum, UrbStatus.Ok, 1), "x"u8, []);
        message.AsSpan(8, 12).Fill(0xFF);
        message.AsSpan(40, 8).Fill(0xFF);

        _rig.Host.Send(message);

        _rig.Kernel.Receive()!.Data.Should().Equal((byte)'x');
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-104)]
    [InlineData(-2)]
    [InlineData(1)]
    [InlineData(-115)]
    public void An_unlink_reply_in_place_of_its_target_says_econnreset(int sent)
    {
        var victim = _rig.Kernel.SubmitIn(1, 64);
        var unlink = _rig.Kernel.Unlink(victim);
        _rig.Host.Receive();
        _rig.Host.Receive();

        _rig.Host.ReplyUnlink(unlink, (UrbStatus)sent);

        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Unlinked);
        _rig.Kernel.Model.PendingCount.Should().Be(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-104)]
    [InlineData(5)]
    public void An_unlink_reply_behind_its_targets_reply_says_0(int sent)
    {
        var victim = _rig.Kernel.SubmitIn(1, 64);
        var unlink = _rig.Kernel.Unlink(victim);
        _rig.Host.Receive();
        _rig.Host.Receive();

        _rig.Host.ReplyWith(victim, "won the race"u8);
        _rig.Host.ReplyUnlink(unlink, (UrbStatus)sent);

        _rig.Kernel.Receive()!.Data.Should().Equal("won the race"u8.ToArray());
        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Ok);
    }

    [Fact]
    public void An_unlink_of_an_answered_urb_is_answered_with_0()
    {
        var victim = _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();
        _rig.Host.ReplyWith(victim, "done"u8);
        _rig.Kernel.Receive();

        var unlink = _rig.Kernel.Unlink(victim);
        var request = _rig.Host.Receive()!;
        _rig.Host.ReplyUnlink(unlink, UrbStatus.Ok);

        request.Unlink.TargetSeqnum.Should().Be(victim);
        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Ok);
    }

    [Fact]
    public void Sequence_numbers_are_opaque()
    {
        var message = _rig.Kernel.Compose(UrbDirection.In, 1, 4, [], [], default);
        var next = _rig.Kernel.Compose(UrbDirection.In, 1, 4, [], [], default);
        _rig.Kernel.Send(next);
        _rig.Kernel.Send(message);
        var first = _rig.Host.Receive()!.Seqnum;
        var second = _rig.Host.Receive()!.Seqnum;

        _rig.Host.Reply(second);
        _rig.Host.Reply(first);

        first.Should().Be(BinaryPrimitives.ReadUInt32BigEndian(next.AsSpan(4)));
        _rig.Kernel.Receive()!.Seqnum.Should().Be(second);
        _rig.Kernel.Receive()!.Seqnum.Should().Be(first);
    }
}
