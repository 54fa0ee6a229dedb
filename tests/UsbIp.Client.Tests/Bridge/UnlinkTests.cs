using UsbIp.Client.Bridge;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>Unlinks that the host leaves unanswered, and the replies that come too late, twice or in the fatal order.</summary>
public sealed class UnlinkTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);
    private readonly BridgeRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_silent_host_does_not_keep_the_kernel_waiting()
    {
        var victim = _rig.Kernel.SubmitIn(1, 64);
        var unlink = UnlinkUnanswered(victim);

        var reply = _rig.Kernel.Receive()!;

        reply.Seqnum.Should().Be(unlink);
        reply.Status.Should().Be(UrbStatus.Unlinked);
        _rig.Kernel.Model.PendingCount.Should().Be(0);
    }

    [Fact]
    public void The_hosts_own_late_answers_are_swallowed()
    {
        var victim = _rig.Kernel.SubmitIn(1, 64);
        var unlink = UnlinkUnanswered(victim);
        _rig.Kernel.Receive();

        _rig.Host.ReplyWith(victim, "too late"u8);
        _rig.Host.ReplyUnlink(unlink, UrbStatus.Ok);

        AssertStillRelaying();
    }

    [Fact]
    public void Fifty_late_answers_after_a_stall_are_no_offence()
    {
        var victims = Enumerable.Range(0, 50).Select(_ => _rig.Kernel.SubmitIn(1, 8)).ToArray();
        var unlinks = victims.Select(_rig.Kernel.Unlink).ToArray();
        for (var request = 0; request < 100; request++)
        {
            _rig.Host.Receive();
        }

        _rig.Time.Advance(Deadline);
        foreach (var _ in unlinks)
        {
            _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Unlinked);
        }

        foreach (var (victim, unlink) in victims.Zip(unlinks))
        {
            _rig.Host.ReplyWith(victim, "late"u8);
            _rig.Host.ReplyUnlink(unlink, UrbStatus.Ok);
        }

        AssertStillRelaying();
    }

    [Fact]
    public void A_reply_after_the_unlink_reply_that_replaced_it_is_swallowed()
    {
        var victim = _rig.Kernel.SubmitIn(1, 64);
        var unlink = _rig.Kernel.Unlink(victim);
        _rig.Host.Receive();
        _rig.Host.Receive();

        _rig.Host.ReplyUnlink(unlink, UrbStatus.Unlinked);
        _rig.Host.ReplyWith(victim, "fatal for vhci"u8);

        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Unlinked);
        AssertStillRelaying();
    }

    [Fact]
    public void Sixteen_second_replies_a_minute_are_swallowed_and_the_next_ends_the_session()
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();
        for (var reply = 0; reply < 17; reply++)
        {
            _rig.Host.ReplyWith(seqnum, "again"u8);
        }

        _rig.Kernel.Receive();
        AssertStillRelaying();
        _rig.Host.ReplyWith(seqnum, "and again"u8);

        _rig.End().Kind.Should().Be(BridgeEndKind.HostBrokeProtocol);
        _rig.End().Reason.Should().Contain($"Reply with seqnum {seqnum}: it is the 17th within a minute");
        _rig.ExpectUnplug();
    }

    [Fact]
    public void Second_replies_spread_over_minutes_are_borne()
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();
        _rig.Host.Reply(seqnum);
        _rig.Kernel.Receive();

        for (var reply = 0; reply < 40; reply++)
        {
            _rig.Host.Reply(seqnum);
            AssertStillRelaying();
            _rig.Time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    [Fact]
    public void A_host_that_stays_silent_after_an_unanswered_unlink_is_unplugged()
    {
        var victim = _rig.Kernel.SubmitIn(1, 64);
        UnlinkUnanswered(victim);

        _rig.Time.Advance(TimeSpan.FromSeconds(1));

        _rig.End().Kind.Should().Be(BridgeEndKind.HostLost);
        _rig.End().Reason.Should().StartWith("The host no longer answers: an unlink was left unanswered");
        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Unlinked);
        _rig.ExpectUnplug();
    }

    [Fact]
    public void A_host_that_speaks_again_is_kept()
    {
        var other = _rig.Kernel.SubmitIn(2, 8);
        var victim = _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();
        UnlinkUnanswered(victim);
        _rig.Kernel.Receive();

        _rig.Host.ReplyWith(other, "alive"u8);
        _rig.Kernel.Receive();
        _rig.Time.Advance(TimeSpan.FromMinutes(10));

        AssertStillRelaying();
    }

    [Fact]
    public void An_idle_host_is_kept_for_ever()
    {
        _rig.Kernel.SubmitIn(1, 8);
        _rig.Host.Receive();

        _rig.Time.Advance(TimeSpan.FromDays(2));

        AssertStillRelaying();
    }

    [Fact]
    public void A_host_that_forgets_the_unlink_of_an_answered_urb_is_kept()
    {
        var victim = _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();
        _rig.Host.Reply(victim);
        _rig.Kernel.Receive();
        UnlinkUnanswered(victim);

        _rig.Time.Advance(TimeSpan.FromMinutes(1));

        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Ok, "stock usbipd answers these only when something else completes");
        AssertStillRelaying();
    }

    [Theory]
    [InlineData(UrbDirection.In, 64)]
    [InlineData(UrbDirection.Out, 64)]
    [InlineData(UrbDirection.Out, 1 << 20)]
    public void An_unlink_that_overtook_its_urb_is_answered_when_that_comes_and_the_host_sees_neither(UrbDirection direction, int length)
    {
        var victim = _rig.Kernel.Compose(direction, 2, length, direction == UrbDirection.Out ? new byte[length] : [], [], default);

        var unlink = _rig.Kernel.Unlink(target: 1);
        _rig.Kernel.Send(victim);

        var reply = _rig.Kernel.Receive()!;
        reply.Seqnum.Should().Be(unlink);
        reply.Status.Should().Be(UrbStatus.Unlinked);
        AssertStillRelaying();
    }

    [Fact]
    public void An_unlink_whose_urb_comes_after_its_deadline_has_been_answered_and_the_urb_ends_by_itself()
    {
        var victim = _rig.Kernel.Compose(UrbDirection.In, 2, 64, [], [], default);
        _rig.Kernel.Model.Forget(1); // it is not on the wire yet
        var unlink = _rig.Kernel.Unlink(target: 1);

        _rig.AdvanceUntilKernelReadable(TimeSpan.FromMilliseconds(500));
        var late = _rig.Kernel.Receive()!;
        late.Seqnum.Should().Be(unlink);
        late.Status.Should().Be(UrbStatus.Ok);

        _rig.Kernel.Model.Submitted(SubmitRequest.Read(UrbHeader.Read(victim), victim), []);
        _rig.Kernel.Send(victim);
        var reply = _rig.Kernel.Receive()!;
        reply.Seqnum.Should().Be(1);
        reply.Status.Should().Be(UrbStatus.Unlinked);
        AssertStillRelaying();
    }

    private uint UnlinkUnanswered(uint victim)
    {
        if (_rig.Kernel.Model.PendingCount > 0)
        {
            _rig.Host.Receive();
        }

        var unlink = _rig.Kernel.Unlink(victim);
        _rig.Host.Receive()!.Unlink.TargetSeqnum.Should().Be(victim);
        _rig.Time.Advance(Deadline);
        return unlink;
    }

    private void AssertStillRelaying()
    {
        var seqnum = _rig.Kernel.SubmitIn(3, 16);
        var request = _rig.Host.Receive()!;
        _rig.Host.ReplyWith(seqnum, "still here"u8);

        request.Seqnum.Should().Be(seqnum);
        _rig.Kernel.Receive()!.Data.Should().Equal("still here"u8.ToArray());
    }
}
