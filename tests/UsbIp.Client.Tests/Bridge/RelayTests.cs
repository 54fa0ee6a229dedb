using UsbIp.Client.Bridge;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>What a healthy host and a healthy kernel see of the bridge: nothing.</summary>
public sealed class RelayTests : IDisposable
{
    private readonly BridgeRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void In_data_reaches_the_kernel_and_out_data_the_host()
    {
        var inSeqnum = _rig.Kernel.SubmitIn(1, 512);
        var outSeqnum = _rig.Kernel.SubmitOut(2, "to the device"u8);
        var inRequest = _rig.Host.Receive()!;
        var outRequest = _rig.Host.Receive()!;
        _rig.Host.ReplyWith(inRequest.Seqnum, "from the device"u8);
        _rig.Host.Reply(outRequest.Seqnum, actualLength: 13);

        var inReply = _rig.Kernel.Receive()!;
        var outReply = _rig.Kernel.Receive()!;

        inRequest.Submit.EndpointAddress.Should().Be(0x81);
        outRequest.Data.Should().Equal("to the device"u8.ToArray());
        inReply.Seqnum.Should().Be(inSeqnum);
        inReply.Data.Should().Equal("from the device"u8.ToArray());
        outReply.Seqnum.Should().Be(outSeqnum);
        outReply.ActualLength.Should().Be(13);
    }

    [Fact]
    public void Short_and_failed_replies_keep_their_status_and_data()
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 512);
        _rig.Host.Receive();
        _rig.Host.Reply(seqnum, UrbStatus.Stall, 3, "abc"u8);

        var reply = _rig.Kernel.Receive()!;

        reply.Status.Should().Be(UrbStatus.Stall);
        reply.Data.Should().Equal("abc"u8.ToArray());
    }

    [Fact]
    public void Sixteen_mebibytes_pass_in_both_directions()
    {
        var data = new byte[ProtocolLimits.MaxTransferLength];
        new Random(1).NextBytes(data);
        var sender = new Thread(() => _rig.Kernel.SubmitOut(2, data));
        sender.Start();
        var request = _rig.Host.Receive()!;
        sender.Join();
        var seqnum = _rig.Kernel.SubmitIn(1, data.Length);
        _rig.Host.Receive();
        var replier = new Thread(() => _rig.Host.ReplyWith(seqnum, data));
        replier.Start();

        var reply = _rig.Kernel.Receive()!;
        replier.Join();

        request.Data.AsSpan().SequenceEqual(data).Should().BeTrue();
        reply.Data.AsSpan().SequenceEqual(data).Should().BeTrue();
    }

    [Fact]
    public void A_request_over_the_limit_is_answered_with_eproto_and_the_session_goes_on()
    {
        var tooLong = _rig.Kernel.SubmitIn(1, ProtocolLimits.MaxTransferLength + 1);
        var next = _rig.Kernel.SubmitIn(1, 8);
        var request = _rig.Host.Receive()!;
        _rig.Host.ReplyWith(next, "12345678"u8);

        var refused = _rig.Kernel.Receive()!;
        var answered = _rig.Kernel.Receive()!;

        request.Seqnum.Should().Be(next, "the host never sees the one that it would have to refuse");
        refused.Seqnum.Should().Be(tooLong);
        refused.Status.Should().Be(UrbStatus.ProtocolError);
        answered.Seqnum.Should().Be(next);
    }

    [Fact]
    public void Kernel_detach_ends_the_session_cleanly_and_closes_the_host()
    {
        _rig.Kernel.SubmitIn(1, 8);
        _rig.Host.Receive();

        _rig.Kernel.Dispose();

        _rig.End().Kind.Should().Be(BridgeEndKind.KernelDetached);
        _rig.End().IsClean.Should().BeTrue();
        _rig.Host.Receive().Should().BeNull();
    }

    [Fact]
    public void Host_close_ends_the_session_and_the_kernel_sees_the_end_of_the_stream()
    {
        _rig.Host.Dispose();

        _rig.End().Kind.Should().Be(BridgeEndKind.HostClosed);
        _rig.ExpectUnplug();
    }

    [Fact]
    public void Stop_ends_the_session_for_both_sides()
    {
        _rig.Bridge.Stop();

        _rig.End().Kind.Should().Be(BridgeEndKind.Stopped);
        _rig.ExpectUnplug();
        _rig.Host.Receive().Should().BeNull();
    }
}
