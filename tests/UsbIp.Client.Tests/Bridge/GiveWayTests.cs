using UsbIp.Client.Bridge;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>A host that asks whether this client gives its device to another one gets one answer to each question, where that was agreed on.</summary>
public sealed class GiveWayTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(null)]
    [InlineData("sdb1 is mounted on /mnt")]
    public void A_host_that_asks_is_told_whether_the_device_may_go(string? reason)
    {
        using var rig = Rig(() => reason);
        var seqnum = rig.Kernel.SubmitIn(1, 64);
        rig.Host.Receive();

        rig.Host.Ask(1, "192.168.1.9:51000");

        rig.Host.ReceiveAnswer().Should().Be((1u, reason));
        rig.Host.ReplyWith(seqnum, [1, 2, 3]);
        rig.Kernel.Receive()!.Data.Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Without_anybody_to_say_otherwise_the_device_may_go()
    {
        using var rig = new BridgeRig(new BridgeOptions(ReadAhead: false, Extensions.GiveWay));

        rig.Host.Ask(1, "192.168.1.9:51000");

        rig.Host.ReceiveAnswer().Should().Be((1u, (string?)null));
    }

    [Fact]
    public void A_fault_while_the_use_is_looked_up_keeps_the_device_and_the_session()
    {
        using var rig = Rig(() => throw new InvalidOperationException("a bug"));

        rig.Host.Ask(1, "192.168.1.9:51000");

        rig.Host.ReceiveAnswer().Should().Be((1u, "its machine cannot tell whether it is in use"));
        rig.Host.Ask(2, "192.168.1.9:51000");
        rig.Host.ReceiveAnswer().Seqnum.Should().Be(2);
    }

    [Fact]
    public void While_the_use_is_looked_up_everything_else_goes_on()
    {
        using var looked = new ManualResetEventSlim();
        using var rig = Rig(() =>
        {
            looked.Wait(Patience);
            return null;
        });

        rig.Host.Ask(1, "192.168.1.9:51000");

        rig.Exchange(new SetupPacket(0x00, 9, 1, 0, 0));
        looked.Set();
        rig.Host.ReceiveAnswer().Seqnum.Should().Be(1);
    }

    [Fact]
    public void An_answer_waits_for_the_end_of_a_request_that_is_half_sent()
    {
        using var rig = Rig(() => "it is in use");
        var request = rig.Kernel.Compose(UrbDirection.Out, 2, 16, "0123456789abcdef"u8, [], default);
        rig.Kernel.Send(request.AsSpan(0, request.Length - 6));
        rig.Host.ReceiveRaw(request.Length - 6);

        rig.Host.Ask(1, "192.168.1.9:51000");
        rig.Host.Poll(TimeSpan.FromMilliseconds(50)).Should().BeFalse("nothing may come within a request");
        rig.Kernel.Send(request.AsSpan(request.Length - 6));

        rig.Host.ReceiveRaw(6).Should().Equal("abcdef"u8.ToArray());
        rig.Host.ReceiveAnswer().Should().Be((1u, "it is in use"));
    }

    [Fact]
    public void A_question_in_pieces_and_behind_a_reply_is_read_and_the_reply_is_not_lost()
    {
        using var rig = Rig(() => "it is in use");
        var seqnum = rig.Kernel.SubmitIn(1, 512);
        rig.Host.Receive();
        byte[] bytes = [.. RawHost.Compose(new SubmitReply(seqnum, UrbStatus.Ok, 3), [1, 2, 3], []), .. Question(1)];

        rig.Host.Send(bytes.AsSpan(0, bytes.Length - 20));
        rig.Kernel.Receive()!.Data.Should().Equal(1, 2, 3);
        rig.Host.Send(bytes.AsSpan(bytes.Length - 20));

        rig.Host.ReceiveAnswer().Should().Be((1u, "it is in use"));
    }

    [Fact]
    public void A_question_that_was_not_agreed_on_breaks_the_protocol()
    {
        using var rig = new BridgeRig(new BridgeOptions(ReadAhead: false, ~Extensions.GiveWay) { WhyKept = () => null });

        rig.Host.Ask(1, "192.168.1.9:51000");

        ExpectBroken(rig, "Message with seqnum 1: a question whether the device may go, which was not agreed on at the import.");
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(uint.MaxValue)]
    public void A_question_that_does_not_count_from_one_breaks_the_protocol(uint seqnum)
    {
        using var rig = Rig(() => null);

        rig.Host.Ask(seqnum, "192.168.1.9:51000");

        ExpectBroken(rig, $"Message with seqnum {seqnum}: a question whether the device may go, out of turn; the host has asked 0.");
    }

    [Fact]
    public void A_second_question_before_the_answer_breaks_the_protocol()
    {
        using var looked = new ManualResetEventSlim();
        using var rig = Rig(() =>
        {
            looked.Wait(Patience);
            return null;
        });
        rig.Host.Ask(1, "192.168.1.9:51000");

        rig.Host.Ask(2, "192.168.1.9:51000");

        ExpectBroken(rig, "Message with seqnum 2: a question whether the device may go, out of turn; the host has asked 1, and the last is open.");
        looked.Set();
    }

    [Fact]
    public void A_question_without_the_end_of_its_text_breaks_the_protocol()
    {
        using var rig = Rig(() => null);
        var bytes = Question(1);
        bytes.AsSpan(ProtocolConstants.UrbHeaderSize).Fill((byte)'x');

        rig.Host.Send(bytes);

        ExpectBroken(rig, "The field asker has no NUL within its 128 bytes.");
    }

    [Fact]
    public void A_question_may_end_at_any_byte()
    {
        var question = Question(1);
        for (var cut = 1; cut < question.Length; cut++)
        {
            using var rig = Rig(() => null);

            rig.Host.Send(question.AsSpan(0, cut));
            rig.Host.CloseSending();

            rig.ExpectUnplug();
            rig.End().Reason.Should().Be($"The host closed the connection {cut} bytes into a reply.");
        }
    }

    [Fact]
    public void A_session_that_ends_meanwhile_needs_no_answer()
    {
        using var looks = new ManualResetEventSlim();
        using var looked = new ManualResetEventSlim();
        using var done = new ManualResetEventSlim();
        using (var rig = Rig(() =>
        {
            looks.Set();
            looked.Wait(Patience);
            done.Set();
            return null;
        }))
        {
            rig.Host.Ask(1, "192.168.1.9:51000");
            looks.Wait(Patience).Should().BeTrue();
            rig.Host.Dispose();
            rig.End().Kind.Should().Be(BridgeEndKind.HostClosed);
        }

        looked.Set();
        done.Wait(Patience).Should().BeTrue();
    }

    private static BridgeRig Rig(Func<string?> whyKept) => new(new BridgeOptions(ReadAhead: false, Extensions.GiveWay) { WhyKept = whyKept });

    private static byte[] Question(uint seqnum)
    {
        var bytes = new byte[GiveWay.Size];
        GiveWay.WriteQuestion(bytes, seqnum, "192.168.1.9:51000");
        return bytes;
    }

    private static void ExpectBroken(BridgeRig rig, string reason)
    {
        rig.ExpectUnplug();
        rig.End().Should().Be(new BridgeEnd(BridgeEndKind.HostBrokeProtocol, reason));
    }
}
