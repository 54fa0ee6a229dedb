using UsbIp.Client.Bridge;
using UsbIp.Client.Interop;
using UsbIp.Protocol;
using UsbIp.Shared;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>A host that falls silent while the kernel waits is asked whether it is there, if it has promised to answer that.</summary>
public sealed class HostPingTests : IDisposable
{
    private readonly BridgeRig _rig = new(new BridgeOptions(ReadAhead: false, Extensions.Heartbeat));

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_host_that_stops_answering_is_unplugged_within_3_seconds_although_no_driver_unlinks()
    {
        _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();

        _rig.Time.Advance(TimeSpan.FromSeconds(2.9));

        _rig.Host.Receive()!.IsPing.Should().BeTrue();
        _rig.ExpectUnplug();
        _rig.End().Kind.Should().Be(BridgeEndKind.HostLost);
        _rig.End().Reason.Should().StartWith("The host no longer answers: its machine takes what is sent");
    }

    [Fact]
    public void A_host_that_answers_pings_is_judged_by_them_within_a_reply_too()
    {
        _rig.Kernel.SubmitIn(1, 64);
        _rig.Host.Receive();
        _rig.Host.Send(new byte[20]);

        _rig.AdvanceUntilKernelReadable(BridgeLimits.WatchInterval);

        _rig.ExpectUnplug();
        _rig.End().Kind.Should().Be(BridgeEndKind.HostLost);
        _rig.End().Reason.Should().StartWith("The host no longer answers: its machine takes what is sent");
    }

    [Fact]
    public void An_idle_device_stays_for_hours_with_a_host_that_answers()
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 8);
        _rig.Host.Receive();

        for (var ping = 1u; ping <= 50; ping++)
        {
            while (!_rig.Host.Poll(TimeSpan.FromMilliseconds(1)))
            {
                _rig.Time.Advance(BridgeLimits.WatchInterval);
            }

            _rig.Host.Receive()!.Seqnum.Should().Be(ping);
            _rig.Host.Pong(ping);
        }

        _rig.Host.ReplyWith(seqnum, [0, 0, 4, 0, 0, 0, 0, 0]);
        _rig.Kernel.Receive()!.Seqnum.Should().Be(seqnum);
    }

    [Fact]
    public void A_host_that_was_stopped_for_a_second_goes_on_as_if_nothing_had_been()
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 8);
        _rig.Host.Receive();

        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        _rig.Host.ReplyWith(seqnum, [1]);
        _rig.Kernel.Receive()!.Seqnum.Should().Be(seqnum);
        var next = _rig.Kernel.SubmitIn(1, 8);

        var pings = 0u;
        var request = _rig.Host.Receive()!;
        for (; request.IsPing; request = _rig.Host.Receive()!)
        {
            request.Seqnum.Should().Be(++pings);
            _rig.Host.Pong(pings);
        }

        pings.Should().BePositive();
        request.Seqnum.Should().Be(next);
        _rig.Host.ReplyWith(next, [2]);
        _rig.Kernel.Receive()!.Seqnum.Should().Be(next);
    }

    [Fact]
    public void Nobody_is_asked_while_the_kernel_waits_for_nothing()
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 8);
        _rig.Host.Receive();
        _rig.Host.ReplyWith(seqnum, [1]);
        _rig.Kernel.Receive();

        _rig.Time.Advance(TimeSpan.FromMinutes(1));

        var next = _rig.Kernel.SubmitIn(1, 8);
        _rig.Host.Receive()!.Seqnum.Should().Be(next, "no ping came between");
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(0u)]
    public void A_pong_that_nobody_asked_for_breaks_the_protocol(uint seqnum)
    {
        _rig.Kernel.SubmitIn(1, 8);
        _rig.Host.Receive();

        _rig.Host.Pong(seqnum);

        _rig.ExpectUnplug();
        _rig.End().Kind.Should().Be(BridgeEndKind.HostBrokeProtocol);
        _rig.End().Reason.Should().Be($"Pong with seqnum {seqnum}: the host was asked up to 0, and has answered 0.");
    }

    [Fact]
    public void A_host_that_promised_nothing_is_not_asked()
    {
        using var rig = new BridgeRig(new BridgeOptions(ReadAhead: false));
        rig.Kernel.SubmitIn(1, 8);
        rig.Host.Receive();

        rig.Time.Advance(TimeSpan.FromMinutes(10));

        var next = rig.Kernel.SubmitIn(1, 8);
        rig.Host.Receive()!.Seqnum.Should().Be(next, "no ping came between");
    }

    [Fact]
    public void A_network_that_was_away_leaves_twice_as_much_time_for_the_answer_since_the_hosts_TCP_may_sleep_that_long()
    {
        var (near, far) = BridgeRig.ConnectTcp();
        using (near)
        using (far)
        {
            var arrives = false;
            var ping = new HostPing(new HostWriter(new BlockingSocket(near)), () => arrives, isAgreed: true);

            var away = 6 * BridgeLimits.LooksForPong;
            Enumerable.Range(0, 1 + away).Should().NotContain(_ => ping.IsLost());
            arrives = true;
            Enumerable.Range(1, (2 * away) + BridgeLimits.LooksWithHost - 1).Should().NotContain(_ => ping.IsLost());
            ping.IsLost().Should().BeTrue("it had the question for long enough");
        }
    }

    [Fact]
    public void However_long_a_network_was_away_before_half_a_minute_of_silence_is_enough()
    {
        var (near, far) = BridgeRig.ConnectTcp();
        using (near)
        using (far)
        {
            var looks = 0;
            var ping = new HostPing(new HostWriter(new BlockingSocket(near)), () => looks > 100, isAgreed: true);

            var lostAt = Enumerable.Range(0, 1000).First(look => (looks = look) >= 0 && ping.IsLost());

            lostAt.Should().Be(BridgeLimits.MostLooks);
        }
    }

    [Fact]
    public void A_host_that_stops_behind_a_long_round_trip_is_noticed_too()
    {
        var (near, far) = BridgeRig.ConnectTcp();
        using (near)
        using (far)
        {
            var looks = 0;
            var ping = new HostPing(new HostWriter(new BlockingSocket(near)), () => looks % 3 == 0, isAgreed: true); // acknowledged at every third look

            var lostAt = Enumerable.Range(1, 100).First(look => (looks = look) > 0 && ping.IsLost());

            lostAt.Should().Be(3 * (BridgeLimits.LooksWithHost + 4), "a round trip and a network that is away look the same");
        }
    }

    [Fact]
    public void A_host_is_asked_again_whenever_it_has_the_last_question()
    {
        var (near, far) = BridgeRig.ConnectTcp();
        using (near)
        using (far)
        {
            var ping = new HostPing(new HostWriter(new BlockingSocket(near)), () => true, isAgreed: true);

            Enumerable.Range(0, 3).Should().NotContain(_ => ping.IsLost());

            near.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            using var stream = new System.Net.Sockets.NetworkStream(far, ownsSocket: false);
            using var pings = new MemoryStream();
            stream.CopyTo(pings);
            pings.Length.Should().Be(3 * Heartbeat.Size);
        }
    }

    [Fact]
    public void Whether_a_machine_has_all_that_was_sent_is_read_from_tcp()
    {
        var (near, far) = BridgeRig.ConnectTcp();
        using (near)
        using (far)
        {
            near.Send([1]);
            far.Receive(new byte[1]);

            Eventually.Holds(() => TcpAcknowledgement.HasAll(near), "the byte to be acknowledged");
        }
    }
}
