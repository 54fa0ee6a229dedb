using UsbIp.Host.Server;
using UsbIp.Host.Session;
using UsbIp.Host.Tests.Server;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>A client's answer whether it gives way: one for each question, whole, and none without a question. Everything else costs its session and one log line.</summary>
public sealed class HolderAnswerTests
{
    [Theory]
    [InlineData(Extensions.None)]
    [InlineData(Extensions.GiveWay)]
    public async Task An_answer_that_was_not_asked_for_ends_the_session(Extensions offered)
    {
        await using var host = Sharing();
        using var client = Attach(host, offered);

        client.Answer(1, null);

        client.IsClosedByHost().Should().BeTrue();
        host.WaitForOnlyComplaint("1-2", client).Should().EndWith("ended by ProtocolViolation. Message with seqnum 1: the answer to no question; 0 were asked.");
    }

    [Fact]
    public async Task A_second_answer_ends_the_session()
    {
        await using var host = Sharing();
        using var client = Attach(host, Extensions.GiveWay);
        using var taker = AskedFor(host, client);

        client.Answer(1, "it is in use");
        client.Answer(1, null);

        taker.ReadAnswer().Should().Be(OperationStatus.DeviceBusy, "the first answer counts");
        client.IsClosedByHost().Should().BeTrue();
        host.WaitForOnlyComplaint("1-2", client).Should().EndWith("Message with seqnum 1: the answer to no question; 1 were asked.");
    }

    [Fact]
    public async Task An_answer_to_another_question_ends_the_session_and_the_taker_gets_the_device()
    {
        await using var host = Sharing();
        using var client = Attach(host, Extensions.GiveWay);
        using var taker = AskedFor(host, client);

        client.Answer(2, "it is in use");

        taker.ReadUntilGranted();
        host.ComplaintsOf(client).Should().ContainSingle().Which.Should().EndWith("Message with seqnum 2: the answer to no question; 1 were asked, and the last is open.");
    }

    [Theory]
    [InlineData(48, "reason has no NUL")]
    [InlineData(11, "neither yes 0 nor no 1")]
    public async Task An_answer_that_is_none_ends_the_session(int from, string problem)
    {
        await using var host = Sharing();
        using var client = Attach(host, Extensions.GiveWay);
        using var taker = AskedFor(host, client);
        var answer = new byte[GiveWay.Size];
        GiveWay.WriteAnswer(answer, 1, "");
        answer.AsSpan(from, from == 11 ? 1 : GiveWay.Size - from).Fill((byte)'x');

        client.Send(answer);

        taker.ReadUntilGranted();
        host.ComplaintsOf(client).Should().ContainSingle().Which.Should().Contain("ended by ProtocolViolation").And.Contain(problem);
    }

    [Fact]
    public async Task An_answer_may_end_at_any_byte()
    {
        await using var host = Sharing();
        using var neighbour = new Neighbour(host, "1-3");
        var answer = new byte[GiveWay.Size];
        GiveWay.WriteAnswer(answer, 1, "it is in use");
        for (var cut = 1; cut < answer.Length; cut++)
        {
            using var client = Attach(host, Extensions.GiveWay);
            using (var taker = AskedFor(host, client))
            {
                client.Send(answer.AsSpan(0, cut));
                client.CloseSending();

                taker.ReadUntilGranted();
            }

            host.ComplaintsOf(client).Should().ContainSingle("byte {0}", cut).Which.Should().Contain("closed the connection inside a ");
            neighbour.GoesOn();
            host.WaitUntilFree("1-2");
        }
    }

    [Fact]
    public async Task Who_asks_while_a_question_is_out_gets_the_answer_to_that_one()
    {
        var replies = new ReplyQueue(8);
        var question = new HolderQuestion(replies, () => { });
        question.Begin();

        var first = question.Ask("192.168.1.9:51000");
        var second = question.Ask("192.168.1.10:51000");
        question.Answer("it is in use");
        var third = question.Ask("192.168.1.10:51000");

        second.Should().BeSameAs(first);
        (await first).Should().Be("it is in use");
        third.IsCompleted.Should().BeFalse();
        replies.TryTake(out var asked).Should().BeTrue();
        (asked.Seqnum, asked.Asker).Should().Be((1u, "192.168.1.9:51000"));
        replies.TryTake(out asked).Should().BeTrue();
        (asked.Seqnum, asked.Asker).Should().Be((2u, "192.168.1.10:51000"));
        question.Close();
        (await third).Should().BeNull("the session has ended");
        (await question.Ask("192.168.1.11:51000")).Should().BeNull();
        replies.TryTake(out _).Should().BeFalse();
    }

    [Fact]
    public void What_is_asked_before_the_import_reply_has_left_waits_for_the_receive_loop()
    {
        var flushes = 0;
        var question = new HolderQuestion(new ReplyQueue(8), () => flushes++);

        question.Ask("192.168.1.9:51000");
        flushes.Should().Be(0);
        question.Answer(null);
        question.Begin();
        question.Ask("192.168.1.9:51000");

        flushes.Should().Be(1);
    }

    private static RunningHost Sharing()
    {
        var host = new RunningHost(new ServerOptions { AnswerTime = TimeSpan.FromMinutes(5) });
        host.Export("1-2");
        host.Registry.ChangePolicy(BusId.Parse("1-2"), policy => policy with { MayBeTakenOver = true });
        return host;
    }

    private static RawClient Attach(RunningHost host, Extensions offered)
    {
        var client = host.Connect();
        client.Import("1-2", offered).Should().Be(OperationStatus.Ok);
        return client;
    }

    /// <summary>A client that takes the device over, whose holder has the question.</summary>
    private static RawClient AskedFor(RunningHost host, RawClient holder)
    {
        var taker = host.Connect();
        taker.Ask("1-2", Extensions.TakeOver);
        holder.ReadQuestion();
        return taker;
    }
}
