using UsbIp.Client.Bridge;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

public sealed class FarewellTests : IDisposable
{
    private readonly BridgeRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_host_that_ends_the_session_says_why_and_the_kernel_sees_an_unplug()
    {
        _rig.Kernel.SubmitIn(1, 512);
        _rig.Host.Receive();

        _rig.Host.Send(Saying("ended on the host: maintenance", TimeSpan.FromSeconds(60)));

        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Shutdown);
        _rig.Kernel.Receive().Should().BeNull();
        _rig.End().Should().Be(new BridgeEnd(BridgeEndKind.HostClosed, "The host ended the session: ended on the host: maintenance.") { Rest = TimeSpan.FromSeconds(60) });
    }

    [Fact]
    public void A_farewell_in_pieces_and_behind_a_reply_is_read_and_the_reply_is_not_lost()
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 512);
        _rig.Host.Receive();
        byte[] bytes = [.. RawHost.Compose(new SubmitReply(seqnum, UrbStatus.Ok, 3), [1, 2, 3], []), .. Saying("idle for 10 min")];

        _rig.Host.Send(bytes.AsSpan(0, bytes.Length - 20));
        _rig.Kernel.Receive()!.Data.Should().Equal(1, 2, 3);
        _rig.Host.Send(bytes.AsSpan(bytes.Length - 20));

        _rig.End().Reason.Should().Be("The host ended the session: idle for 10 min.");
    }

    [Fact]
    public void A_farewell_that_is_cut_is_a_host_that_closed()
    {
        _rig.Host.Send(Saying("never said in full").AsSpan(0, 100));
        _rig.Host.Dispose();

        _rig.End().Kind.Should().Be(BridgeEndKind.HostClosed);
        _rig.End().Reason.Should().Contain("100 bytes into a reply");
    }

    [Fact]
    public void A_farewell_without_an_end_breaks_the_protocol()
    {
        var bytes = Saying("");
        bytes.AsSpan(ProtocolConstants.UrbHeaderSize).Fill((byte)'x');

        _rig.Host.Send(bytes);

        _rig.End().Kind.Should().Be(BridgeEndKind.HostBrokeProtocol);
    }

    [Fact]
    public void A_broken_farewell_does_not_cost_the_kernel_the_reply_before_it()
    {
        var seqnum = _rig.Kernel.SubmitIn(1, 512);
        _rig.Host.Receive();
        var farewell = Saying("");
        farewell.AsSpan(ProtocolConstants.UrbHeaderSize).Fill((byte)'x');

        _rig.Host.Send([.. RawHost.Compose(new SubmitReply(seqnum, UrbStatus.Ok, 3), [1, 2, 3], []), .. farewell]);

        _rig.Kernel.Receive()!.Data.Should().Equal(1, 2, 3);
        _rig.Kernel.Receive().Should().BeNull();
        _rig.End().Kind.Should().Be(BridgeEndKind.HostBrokeProtocol);
    }

    private static byte[] Saying(string reason, TimeSpan rest = default)
    {
        var bytes = new byte[Farewell.Size];
        Farewell.Write(bytes, new Parting(reason, rest));
        return bytes;
    }
}
