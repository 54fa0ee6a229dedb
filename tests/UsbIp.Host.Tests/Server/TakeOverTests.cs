using UsbIp.Host.Server;
using UsbIp.Host.Tests.Session;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Server;

/// <summary>A client that would take a device over: its holder is asked first, if it can be, and what it says counts.</summary>
public sealed class TakeOverTests
{
    private static readonly BusId Device = BusId.Parse("1-2");

    /// <summary>Longer than any test waits for anything.</summary>
    private static readonly ServerOptions NoHurry = new() { AnswerTime = TimeSpan.FromMinutes(5) };

    [Fact]
    public async Task A_holder_that_gives_way_is_told_who_has_the_device_now()
    {
        await using var host = Sharing(NoHurry);
        using var holder = Attach(host, Extensions.GiveWay | Extensions.Reasons);
        using var taker = host.Connect();
        taker.Ask("1-2", Extensions.TakeOver);

        holder.ReadQuestion().Should().Be((1u, taker.Name));
        holder.Answer(1, null);

        taker.ReadUntilGranted();
        Farewell.Read(holder.Read(Farewell.Size)).Should().Be(new Parting($"taken over by {taker.Name}"));
        holder.IsClosedByHost().Should().BeTrue();
    }

    [Fact]
    public async Task A_holder_that_keeps_the_device_goes_on_and_everybody_learns_why()
    {
        await using var host = new RunningHost(NoHurry);
        var device = host.Export("1-2");
        host.Registry.ChangePolicy(Device, policy => policy with { MayBeTakenOver = true });
        using var holder = Attach(host, Extensions.GiveWay);
        using var watcher = host.Registry.Events.Watch();
        using var taker = host.Connect();
        taker.Ask("1-2", Extensions.TakeOver | Extensions.Reasons);
        holder.ReadQuestion();

        holder.Answer(1, "sdb1 is mounted on /mnt");

        taker.ReadAnswer().Should().Be(OperationStatus.DeviceBusy);
        var detail = taker.ReadDetail();
        taker.IsClosedByHost().Should().BeTrue();
        (detail.Holder, detail.Reason, detail.Place, detail.Waiting).Should().Be((holder.Name, "its holder keeps it: sdb1 is mounted on /mnt", 0, 0));
        var (told, _) = await watcher.ReadAsync(TimeSpan.FromSeconds(20), CancellationToken.None);
        (told!.Kind, told.Client, told.Reason).Should().Be((DeviceEventKind.Refused, taker.Name, "its holder keeps it"), "where its disk is mounted is nobody else's business");
        host.WaitForLog($"{holder.Name} 1-2: keeps it from {taker.Name}: sdb1 is mounted on /mnt.");
        holder.Submit(Requests.In(1, 1, 64));
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        holder.ReadSubmitReply().Seqnum.Should().Be(1);
    }

    [Fact]
    public async Task Who_waits_too_stays_in_line_behind_those_who_came_before_and_gets_it_when_the_holder_lets_go()
    {
        await using var host = Sharing(NoHurry);
        var holder = Attach(host, Extensions.GiveWay);
        var first = host.Connect();
        first.Ask("1-2", Extensions.Wait);
        first.ReadPlace().Should().Be(1);
        using var taker = host.Connect();
        taker.Ask("1-2", Extensions.TakeOver | Extensions.Wait);
        holder.ReadQuestion();

        holder.Answer(1, "its user keeps it (--hold)");

        OperationHeader.Read(taker.Read(OperationHeader.Size)).Code.Should().Be(OperationCode.WaitReply);
        var detail = taker.ReadDetail();
        (detail.Place, detail.Reason).Should().Be((2, "its holder keeps it: its user keeps it (--hold)"));
        holder.Dispose();
        first.ReadUntilGranted();
        OperationHeader.Read(taker.Read(OperationHeader.Size)).Code.Should().Be(OperationCode.WaitReply);
        var next = taker.ReadDetail();
        (next.Place, next.Holder, next.Reason).Should().Be((1, first.Name, ""), "the next holder has not been asked");
        first.Dispose();
        taker.ReadUntilGranted();
    }

    [Fact]
    public async Task For_a_holder_that_says_nothing_the_rule_decides_and_says_so()
    {
        await using var host = Sharing(new ServerOptions { AnswerTime = TimeSpan.FromMilliseconds(100) });
        using var holder = Attach(host, Extensions.GiveWay | Extensions.Reasons);
        using var taker = host.Connect();

        taker.Ask("1-2", Extensions.TakeOver);

        taker.ReadUntilGranted();
        holder.ReadQuestion();
        Farewell.Read(holder.Read(Farewell.Size)).Reason.Should().Be($"taken over by {taker.Name}; this client was asked, and did not answer within 0.1 s");
        host.WaitForLog($"{holder.Name} 1-2: was asked whether {taker.Name} may have it, and did not answer within 0.1 s; the rule decides.");
    }

    [Fact]
    public void A_holder_has_three_seconds() => new ServerOptions().AnswerTime.Should().Be(TimeSpan.FromSeconds(3));

    [Theory]
    [InlineData(Extensions.None)]
    [InlineData(Extensions.Reasons | Extensions.Heartbeat)]
    public async Task A_holder_that_cannot_be_asked_is_not_asked_and_the_rule_answers_for_it(Extensions offered)
    {
        await using var host = Sharing(NoHurry);
        using var holder = Attach(host, offered);
        using var taker = host.Connect();

        taker.Ask("1-2", Extensions.TakeOver);

        taker.ReadUntilGranted();
        if (offered.HasFlag(Extensions.Reasons))
        {
            Farewell.Read(holder.Read(Farewell.Size)).Reason.Should().Be($"taken over by {taker.Name}");
        }

        holder.IsClosedByHost().Should().BeTrue();
    }

    [Fact]
    public async Task Where_the_export_does_not_allow_it_nobody_is_asked()
    {
        await using var host = new RunningHost(NoHurry);
        host.Export("1-2").AnswerAtOnce();
        using var holder = Attach(host, Extensions.GiveWay);
        using var taker = host.Connect();

        taker.Import("1-2", Extensions.TakeOver).Should().Be(OperationStatus.DeviceBusy);

        holder.Submit(Requests.In(1, 1, 0));
        holder.ReadSubmitReply().Seqnum.Should().Be(1, "no question came before");
    }

    [Fact]
    public async Task A_kick_asks_nobody()
    {
        await using var host = Sharing(NoHurry);
        using var holder = Attach(host, Extensions.GiveWay | Extensions.Reasons);

        host.Registry.Kick(Device, "maintenance");

        Farewell.Read(holder.Read(Farewell.Size)).Reason.Should().Be("ended on the host: maintenance");
        holder.IsClosedByHost().Should().BeTrue();
    }

    [Fact]
    public async Task A_holder_that_leaves_instead_of_answering_has_given_way()
    {
        await using var host = Sharing(NoHurry);
        var holder = Attach(host, Extensions.GiveWay);
        using var taker = host.Connect();
        taker.Ask("1-2", Extensions.TakeOver);
        holder.ReadQuestion();

        holder.Dispose();

        taker.ReadUntilGranted();
    }

    [Fact]
    public async Task A_taker_that_leaves_while_the_holder_is_asked_costs_it_nothing()
    {
        await using var host = new RunningHost(NoHurry);
        host.Export("1-2").AnswerAtOnce();
        host.Registry.ChangePolicy(Device, policy => policy with { MayBeTakenOver = true });
        using var holder = Attach(host, Extensions.GiveWay);
        var taker = host.Connect();
        taker.Ask("1-2", Extensions.TakeOver);
        holder.ReadQuestion();

        taker.Dispose();
        holder.Answer(1, null);

        host.WaitForLog($"{taker.Name} 1-2: waits for it no longer.");
        holder.Submit(Requests.In(1, 1, 0));
        holder.ReadSubmitReply().Seqnum.Should().Be(1);
    }

    [Fact]
    public async Task Each_question_is_a_new_one_and_its_answer_counts_for_it_alone()
    {
        await using var host = Sharing(NoHurry);
        using var holder = Attach(host, Extensions.GiveWay);
        for (var question = 1u; question <= 3; question++)
        {
            using var refused = host.Connect();
            refused.Ask("1-2", Extensions.TakeOver);
            holder.ReadQuestion().Should().Be((question, refused.Name));
            holder.Answer(question, "");
            refused.ReadAnswer().Should().Be(OperationStatus.DeviceBusy);
        }

        using var taker = host.Connect();
        taker.Ask("1-2", Extensions.TakeOver);
        holder.ReadQuestion().Seqnum.Should().Be(4);
        holder.Answer(4, null);

        taker.ReadUntilGranted();
    }

    [Fact]
    public async Task Who_has_others_asked_over_and_over_gets_no_for_an_answer()
    {
        await using var host = Sharing(NoHurry);
        using var holder = Attach(host, Extensions.GiveWay);
        for (var question = 1u; question <= 10; question++)
        {
            using var refused = host.Connect();
            refused.Ask("1-2", Extensions.TakeOver);
            holder.ReadQuestion();
            holder.Answer(question, "");
            refused.ReadAnswer();
        }

        using var taker = host.Connect();
        taker.Ask("1-2", Extensions.TakeOver | Extensions.Reasons);

        taker.ReadAnswer().Should().Be(OperationStatus.DeviceBusy);
        taker.ReadDetail().Reason.Should().Be("its holder keeps it: it was asked 10 times within 10 s");
    }

    private static RunningHost Sharing(ServerOptions options)
    {
        var host = new RunningHost(options);
        host.Export("1-2");
        host.Registry.ChangePolicy(Device, policy => policy with { MayBeTakenOver = true });
        return host;
    }

    private static RawClient Attach(RunningHost host, Extensions offered)
    {
        var client = host.Connect();
        client.Import("1-2", offered).Should().Be(OperationStatus.Ok);
        return client;
    }
}
