using UsbIp.Client.Bridge;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>Isochronous replies: the kernel moves memory by what they say, so they say what the kernel asked for.</summary>
public sealed class IsoReplyTests : IDisposable
{
    /// <summary>Three packets with holes between them, in a buffer of 64 bytes.</summary>
    private static readonly IsoPacket[] Asked = [new(0, 8), new(16, 8), new(40, 24)];

    private readonly BridgeRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void In_packets_arrive_compacted_with_their_offsets_as_asked()
    {
        var seqnum = Submit(UrbDirection.In);
        IsoPacket[] packets = [new(0, 8, 8), new(16, 8, 0, UrbStatus.NotRun), new(40, 24, 3)];
        _rig.Host.Reply(new SubmitReply(seqnum, UrbStatus.Ok, 11, 77, 3, 1), "12345678abc"u8, packets);

        var reply = _rig.Kernel.Receive()!;

        reply.Data.Should().Equal("12345678abc"u8.ToArray());
        reply.Packets.Should().Equal(packets);
        reply.Header.StartFrame.Should().Be(77);
        reply.Header.ErrorCount.Should().Be(1);
    }

    [Fact]
    public void Out_requests_keep_their_holes_and_replies_their_lengths()
    {
        var seqnum = _rig.Kernel.SubmitIso(UrbDirection.Out, 2, 64, Asked);
        var request = _rig.Host.Receive()!;
        _rig.Host.Reply(new SubmitReply(seqnum, UrbStatus.Ok, 40, 0, 3), [], [new(0, 8, 8), new(16, 8, 8), new(40, 24, 24)]);

        var reply = _rig.Kernel.Receive()!;

        request.Data.Should().HaveCount(64);
        request.Packets.Should().Equal(Asked);
        reply.ActualLength.Should().Be(40);
    }

    [Fact]
    public void Offsets_and_lengths_of_the_hosts_own_are_replaced()
    {
        var seqnum = Submit(UrbDirection.In);

        _rig.Host.Reply(
            new SubmitReply(seqnum, UrbStatus.Ok, 2, 0, 3), "ab"u8, [new(0xF0000000, 1 << 20, 1), new(uint.MaxValue, 0, 1), new(0, 0, 0)]);

        _rig.Kernel.Receive()!.Packets.Should().Equal(Asked[0] with { ActualLength = 1 }, Asked[1] with { ActualLength = 1 }, Asked[2]);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void The_error_count_is_our_own(int errorCount)
    {
        var seqnum = Submit(UrbDirection.In);
        _rig.Host.Reply(
            new SubmitReply(seqnum, UrbStatus.Ok, 0, 0, 3, errorCount), [], [Asked[0], Asked[1] with { Status = (UrbStatus)9 }, Asked[2]]);

        var reply = _rig.Kernel.Receive()!;

        reply.Header.ErrorCount.Should().Be(1);
        reply.Packets[1].Status.Should().Be(UrbStatus.ProtocolError);
    }

    [Fact]
    public void An_out_reply_whose_header_says_0_gets_the_packets_sum()
    {
        var seqnum = Submit(UrbDirection.Out);

        _rig.Host.Reply(new SubmitReply(seqnum, UrbStatus.Ok, 0, 0, 3), [], [new(0, 8, 8), new(16, 8, 8), new(40, 24, 24)]);

        _rig.Kernel.Receive()!.ActualLength.Should().Be(40);
    }

    [Theory]
    [InlineData(UrbDirection.In, UrbStatus.NoEntry, UrbStatus.NoEntry)]
    [InlineData(UrbDirection.Out, UrbStatus.NoMemory, UrbStatus.ProtocolError)]
    [InlineData(UrbDirection.In, UrbStatus.Invalid, UrbStatus.ProtocolError)]
    public void A_refusal_without_packets_gets_the_table_that_the_kernel_asked_for(UrbDirection direction, UrbStatus status, UrbStatus told)
    {
        var before = _rig.Kernel.SubmitIn(3, 16);
        _rig.Host.Receive();
        var seqnum = Submit(direction);
        var behind = Submit(UrbDirection.Out);
        _rig.Host.Send([
            .. RawHost.Compose(new SubmitReply(before, UrbStatus.Ok, 6), "before"u8, []),
            .. RawHost.Compose(new SubmitReply(seqnum, status, 0), [], []),
            .. RawHost.Compose(new SubmitReply(behind, UrbStatus.Ok, 40, 0, 3), [], [new(0, 8, 8), new(16, 8, 8), new(40, 24, 24)])]);

        var replies = new[] { _rig.Kernel.Receive()!, _rig.Kernel.Receive()!, _rig.Kernel.Receive()! };

        replies.Select(reply => reply.Seqnum).Should().Equal(before, seqnum, behind);
        replies[1].Status.Should().Be(told);
        replies[1].Packets.Should().Equal(Asked.Select(packet => packet with { Status = told }));
        replies[1].Header.ErrorCount.Should().Be(3);
    }

    [Fact]
    public void A_refusal_that_comes_twice_is_swallowed()
    {
        var seqnum = Submit(UrbDirection.In);
        _rig.Host.Reply(new SubmitReply(seqnum, UrbStatus.NoEntry, 0), [], []);
        _rig.Host.Reply(new SubmitReply(seqnum, UrbStatus.NoEntry, 0), [], []);
        var next = Submit(UrbDirection.In);
        _rig.Host.Reply(new SubmitReply(next, UrbStatus.NoEntry, 0), [], []);

        _rig.Kernel.Receive()!.Seqnum.Should().Be(seqnum);
        _rig.Kernel.Receive()!.Seqnum.Should().Be(next);
    }

    public static TheoryData<UrbDirection, int, int, uint[], string> Wrong => new()
    {
        { UrbDirection.In, 0, 2, [0, 0], "number_of_packets 2 is not the 3 asked for" },
        { UrbDirection.In, 0, 4, [0, 0, 0, 0], "number_of_packets 4 is not the 3 asked for" },
        { UrbDirection.In, 0, -1, [], "number_of_packets -1 is not the 3 asked for" },
        { UrbDirection.In, 0, 0, [], "number_of_packets 0 is not the 3 asked for" },
        { UrbDirection.In, 65, 3, [8, 8, 24], "actual_length 65 is outside 0..64" },
        { UrbDirection.In, -1, 3, [8, 8, 24], "actual_length -1 is outside 0..64" },
        { UrbDirection.In, 9, 3, [9, 0, 0], "packet 0 has actual_length 9, asked for were 8" },
        { UrbDirection.In, 0, 3, [uint.MaxValue, 0, 1], "packet 0 has actual_length 4294967295" },
        { UrbDirection.In, 25, 3, [0, 0, 25], "packet 2 has actual_length 25, asked for were 24" },
        { UrbDirection.In, 10, 3, [8, 1, 0], "add up to 9, the header says 10" },
        { UrbDirection.In, 0, 3, [8, 0, 0], "add up to 8, the header says 0" },
        { UrbDirection.Out, 10, 3, [8, 1, 0], "add up to 9, the header says 10" },
        { UrbDirection.Out, 0, 3, [9, 0, 0], "packet 0 has actual_length 9" },
        { UrbDirection.Out, 64, 3, [8, 8, 24], "add up to 40, the header says 64" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Packets_that_do_not_add_up_end_the_session(
        UrbDirection direction, int actualLength, int packetCount, uint[] lengths, string reason)
    {
        var seqnum = Submit(direction);
        var data = direction == UrbDirection.In ? new byte[Math.Max(0, actualLength)] : [];
        var packets = lengths.Select((length, index) => Asked[Math.Min(index, 2)] with { ActualLength = length }).ToArray();

        _rig.Host.Reply(new SubmitReply(seqnum, UrbStatus.Ok, actualLength, 0, packetCount), data, packets);

        _rig.End().Kind.Should().Be(BridgeEndKind.HostBrokeProtocol);
        _rig.End().Reason.Should().Contain(reason);
        _rig.ExpectUnplug();
    }

    private uint Submit(UrbDirection direction)
    {
        var seqnum = _rig.Kernel.SubmitIso(direction, 1, 64, Asked);
        _rig.Host.Receive();
        return seqnum;
    }
}
