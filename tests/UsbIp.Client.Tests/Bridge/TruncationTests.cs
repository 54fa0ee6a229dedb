using UsbIp.Client.Bridge;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>Hosts whose bytes stop, dribble or come all at once: the kernel reads whole replies or the end of the stream.</summary>
public sealed class TruncationTests
{
    private static readonly IsoPacket[] Asked = [new(0, 8), new(8, 8)];

    [Fact]
    public void A_stream_cut_at_any_byte_never_leaves_half_a_reply()
    {
        var length = Replies().Length;
        for (var cut = 0; cut < length; cut++)
        {
            using var rig = Rig();

            rig.Host.Send(Replies().AsSpan(0, cut));
            rig.Host.CloseSending();

            var whole = 0;
            while (rig.Kernel.Receive() is { } reply) // throws if the stream ends inside a reply
            {
                whole += reply.Status == UrbStatus.Shutdown ? 0 : 1; // what the bridge says in the host's place
            }

            whole.Should().Be(Ends().Count(end => end <= cut), "of {0} bytes", cut);
            rig.End().Kind.Should().Be(BridgeEndKind.HostClosed);
        }
    }

    [Fact]
    public void Replies_that_come_byte_by_byte_arrive_whole()
    {
        using var rig = Rig();

        foreach (var value in Replies())
        {
            rig.Host.Send([value]);
        }

        AssertAllArrive(rig);
    }

    [Fact]
    public void Replies_that_come_together_arrive_together()
    {
        using var rig = Rig();

        rig.Host.Send(Replies());

        AssertAllArrive(rig);
    }

    [Fact]
    public void Requests_that_come_byte_by_byte_reach_the_host_whole()
    {
        using var rig = new BridgeRig();
        var message = rig.Kernel.Compose(UrbDirection.Out, 2, 16, "0123456789abcdef"u8, Asked, default);

        foreach (var value in message)
        {
            rig.Kernel.Send([value]);
        }

        var request = rig.Host.Receive()!;
        request.Data.Should().Equal("0123456789abcdef"u8.ToArray());
        request.Packets.Should().Equal(Asked);
    }

    [Fact]
    public void A_hundred_requests_sent_at_once_are_all_relayed_in_order()
    {
        using var rig = new BridgeRig();
        var batch = Enumerable.Range(0, 100)
            .SelectMany(index => rig.Kernel.Compose(UrbDirection.Out, 2, index, new byte[index], [], default))
            .ToArray();

        rig.Kernel.Send(batch);

        for (var index = 0; index < 100; index++)
        {
            rig.Host.Receive()!.Data.Should().HaveCount(index);
        }
    }

    /// <summary>A bridge of which the kernel waits for what <see cref="Replies"/> answers.</summary>
    private static BridgeRig Rig()
    {
        var rig = new BridgeRig();
        rig.Kernel.SubmitIn(1, 16);
        rig.Kernel.SubmitIso(UrbDirection.In, 3, 16, Asked);
        rig.Kernel.SubmitOut(2, "out"u8);
        rig.Kernel.Unlink(3);
        for (var request = 0; request < 4; request++)
        {
            rig.Host.Receive();
        }

        return rig;
    }

    private static byte[] Replies()
    {
        var unlink = new byte[UnlinkReply.Size];
        new UnlinkReply(4, UrbStatus.Unlinked).Write(unlink);
        return
        [
            .. RawHost.Compose(new SubmitReply(1, UrbStatus.Ok, 5), "bytes"u8, []),
            .. RawHost.Compose(new SubmitReply(2, UrbStatus.Ok, 9, 0, 2), "123456789"u8, [new(0, 8, 8), new(8, 8, 1)]),
            .. unlink,
        ];
    }

    private static int[] Ends() => [53, 53 + 48 + 9 + 32, 53 + 48 + 9 + 32 + 48];

    private static void AssertAllArrive(BridgeRig rig)
    {
        rig.Kernel.Receive()!.Data.Should().Equal("bytes"u8.ToArray());
        rig.Kernel.Receive()!.Data.Should().Equal("123456789"u8.ToArray());
        rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Unlinked);
    }
}
