using UsbIp.Client.Bridge;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>What the kernel is given before its end of stream: a task that waits for a URB may hold the lock that an unplug needs.</summary>
[Collection(Standstill.Alone)]
public sealed class LastReplyTests : IDisposable
{
    private readonly BridgeRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_host_that_breaks_the_protocol_leaves_no_urb_behind_in_the_kernel()
    {
        IsoPacket[] asked = [new(0, 8), new(16, 8)];
        _rig.Kernel.SubmitIn(1, 64);
        _rig.Kernel.SubmitOut(1, "data"u8);
        _rig.Kernel.SubmitIso(UrbDirection.In, 2, 24, asked);
        Receive(3);

        _rig.Host.ReplyWith(999, ""u8);

        AssertShutDown();
        AssertShutDown();
        var packets = AssertShutDown();
        packets.Should().Equal(asked.Select(packet => packet with { Status = UrbStatus.Shutdown }));
        _rig.Kernel.Receive().Should().BeNull();
        _rig.End().Kind.Should().Be(BridgeEndKind.HostBrokeProtocol);
    }

    [Fact]
    public void A_right_reply_arrives_although_a_wrong_one_came_together_with_it()
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 64);
        Receive(1);

        _rig.Host.Send([
            .. RawHost.Compose(new SubmitReply(seqnum, UrbStatus.Ok, 4), "data"u8, []),
            .. RawHost.Compose(new SubmitReply(999, UrbStatus.Ok, 0), [], [])]);

        _rig.Kernel.Receive()!.Data.Should().Equal("data"u8.ToArray());
        _rig.Kernel.Receive().Should().BeNull();
    }

    [Fact]
    public void A_host_that_closes_leaves_no_urb_behind_in_the_kernel()
    {
        _rig.Kernel.SubmitIn(1, 64);
        Receive(1);

        _rig.Host.Dispose();

        AssertShutDown();
        _rig.Kernel.Receive().Should().BeNull();
    }

    [Fact]
    public void A_bridge_that_is_stopped_leaves_no_urb_behind_in_the_kernel()
    {
        _rig.Kernel.SubmitIn(1, 64);
        Receive(1);

        _rig.Bridge.Stop();

        AssertShutDown();
        _rig.Kernel.Receive().Should().BeNull();
    }

    [Fact]
    public void A_driver_that_goes_on_submitting_gets_all_of_it_back_before_the_plug_is_pulled()
    {
        _rig.Kernel.SubmitIn(1, 64);
        Receive(1);
        _rig.Host.Dispose();
        AssertShutDown();

        for (var again = 0; again < 10; again++)
        {
            _rig.Kernel.SubmitIn(1, 64);
            AssertShutDown();
            _rig.Kernel.Poll(BridgeLimits.UnplugDelay / 5).Should().BeFalse("the driver is not done yet");
        }

        _rig.Kernel.Receive().Should().BeNull("now it is");
    }

    [Fact]
    public void A_time_in_which_this_machine_stood_still_does_not_count_as_quiet()
    {
        using var standstill = new Standstill(BridgeLimits.UnplugDelay * 1.4);
        _rig.Kernel.SubmitIn(1, 64);
        Receive(1);
        _rig.Host.Dispose();
        AssertShutDown();

        standstill.Begin();

        _rig.Kernel.Poll(BridgeLimits.UnplugDelay / 5).Should().BeFalse("no driver has had its turn meanwhile");
        _rig.Kernel.SubmitIn(1, 64);
        AssertShutDown();
        _rig.Kernel.Receive().Should().BeNull("now they have");
    }

    [Fact]
    public void A_request_whose_data_is_still_being_written_is_not_answered()
    {
        var request = _rig.Kernel.Compose(UrbDirection.Out, 1, 64, new byte[64], [], default);
        _rig.Kernel.Send(request.AsSpan(0, SubmitRequest.Size + 10));
        _rig.Host.ReceiveRaw(SubmitRequest.Size + 10);

        _rig.Bridge.Stop();

        _rig.Kernel.Receive().Should().BeNull("vhci_tx still reads from the URB's buffer");
    }

    private void Receive(int requests)
    {
        for (var request = 0; request < requests; request++)
        {
            _rig.Host.Receive();
        }
    }

    private IsoPacket[] AssertShutDown()
    {
        var reply = _rig.Kernel.Receive();
        reply!.Status.Should().Be(UrbStatus.Shutdown);
        reply.ActualLength.Should().Be(0);
        return reply.Packets;
    }
}
