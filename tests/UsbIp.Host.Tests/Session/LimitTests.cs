using System.Net.Sockets;
using UsbIp.Host.Server;
using UsbIp.Host.Session;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>What a client may cost, and what happens beyond it.</summary>
public sealed class LimitTests
{
    private static readonly ServerOptions Small = new()
    {
        Session = new SessionLimits { MaxUrbs = 4, MaxBytes = 72 * 1024, MaxTransferLength = 32 * 1024, MaxQueuedReplies = 100, SendStall = TimeSpan.FromSeconds(1) },
    };

    [Fact]
    public async Task Out_data_over_the_budget_is_refused_and_keeps_the_stream_in_step()
    {
        await using var host = new RunningHost(Small);
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Out(1, 2, 30_000), new byte[30_000]);
        client.Submit(Requests.Out(2, 2, 30_000), new byte[30_000]);
        client.Submit(Requests.Out(3, 2, 30_000), new byte[30_000]);
        client.ReadSubmitReply().Should().Be(new SubmitReply(3, UrbStatus.NoMemory, 0));
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 30_000);
        client.ReadSubmitReply().Seqnum.Should().Be(1);
        client.Submit(Requests.Out(4, 2, 30_000), new byte[30_000]);
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 30_000);
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 30_000);

        client.ReadSubmitReply().Seqnum.Should().Be(2);
        client.ReadSubmitReply().Seqnum.Should().Be(4, "memory that came free is there for the next URB");
    }

    [Fact]
    public async Task Client_with_all_that_it_may_have_in_flight_is_never_refused_memory()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        device.OnSubmit = transfer =>
        {
            device.Complete(transfer, UrbStatus.Ok, transfer.Length);
            return true;
        };
        var seqnum = 1u;

        client.Send([.. Enumerable.Range(0, 16).SelectMany(_ => client.Bytes(Requests.In(seqnum++, 1, 1024 * 1024)))]);
        for (var answered = 1u; answered <= 100; answered++)
        {
            client.ReadSubmitReply().Should().Be(new SubmitReply(answered, UrbStatus.Ok, 1024 * 1024), "what has been answered is in flight no more");
            client.Read(1024 * 1024);
            client.Submit(Requests.In(seqnum++, 1, 1024 * 1024));
        }
    }

    [Fact]
    public async Task Unlink_is_heard_while_the_budget_is_spent()
    {
        await using var host = new RunningHost(Small);
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        for (var seqnum = 1u; seqnum <= 5; seqnum++)
        {
            client.Submit(Requests.In(seqnum, 1, 64));
        }

        client.ReadSubmitReply().Should().Be(new SubmitReply(5, UrbStatus.NoMemory, 0));
        client.Unlink(6, target: 1);

        client.ReadUnlinkReply().Should().Be(new UnlinkReply(6, UrbStatus.Unlinked));
        device.TransfersOut.Should().Be(3);
    }

    [Fact]
    public async Task Transfer_over_the_length_limit_is_refused_and_its_payload_drained()
    {
        await using var host = new RunningHost(Small);
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Out(1, 2, 200_000), new byte[200_000]);
        client.Submit(Requests.In(2, 1, 200_000));
        client.Submit(Requests.In(3, 1, 64));

        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.NoMemory, 0));
        client.ReadSubmitReply().Should().Be(new SubmitReply(2, UrbStatus.NoMemory, 0));
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        client.ReadSubmitReply().Seqnum.Should().Be(3);
    }

    [Fact]
    public async Task Control_request_is_charged_for_what_it_asks_for_and_not_for_the_room_around_it()
    {
        await using var host = new RunningHost(Small);
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        var roomy = Requests.Control(1, 0x40, 1, length: 8) with { BufferLength = 30_000 };

        for (var seqnum = 1u; seqnum <= 4; seqnum++)
        {
            client.Submit(roomy with { Seqnum = seqnum }, new byte[30_000]);
            device.NextSubmitted().Length.Should().Be(8);
        }

        client.Submit(Requests.In(5, 1, 64));
        client.ReadSubmitReply().Should().Be(new SubmitReply(5, UrbStatus.NoMemory, 0), "four URBs are all that these limits allow");
    }

    [Fact]
    public async Task Peer_that_provokes_replies_and_never_reads_is_cut_off()
    {
        await using var host = new RunningHost(Small);
        host.Export("1-2");
        using var client = host.Import("1-2");
        client.Socket.SendTimeout = 20_000;
        var flood = new byte[100 * UnlinkRequest.Size];
        for (var index = 0; index < 100; index++)
        {
            new UnlinkRequest((uint)index, client.DeviceId, 999).Write(flood.AsSpan(index * UnlinkRequest.Size));
        }

        var send = () =>
        {
            for (var round = 0; round < 100_000; round++)
            {
                client.Send(flood);
            }
        };

        send.Should().Throw<SocketException>("the host must end the session");
        host.WaitForLog("1-2: ended");
        Eventually.Holds(() => host.ConnectionCount == 0, "the session's end");
    }

    [Fact]
    public async Task Client_that_stops_reading_costs_itself_and_not_its_neighbour()
    {
        await using var host = new RunningHost(Small);
        var device = host.Export("1-2");
        var neighbour = host.Export("1-3");
        device.OnSubmit = transfer =>
        {
            device.Complete(transfer, UrbStatus.Ok, transfer.Length);
            return true;
        };
        using var deaf = host.Import("1-2");
        using var client = host.Import("1-3");
        var request = deaf.Bytes(Requests.In(1, 1, 30_000));
        deaf.Socket.SendTimeout = 20_000;
        var flood = () =>
        {
            for (var seqnum = 1; seqnum < 1_000_000; seqnum++)
            {
                deaf.Send(request);
            }
        };

        flood.Should().Throw<SocketException>();
        client.Submit(Requests.In(1, 1, 64));
        neighbour.Complete(neighbour.NextSubmitted(), UrbStatus.Ok, 0);

        client.ReadSubmitReply().Status.Should().Be(UrbStatus.Ok);
    }

    [Fact]
    public async Task Sessions_that_hold_all_shared_memory_leave_each_other_one_its_own()
    {
        await using var host = new RunningHost(new ServerOptions
        {
            Session = new SessionLimits { MaxBytes = 64 * 1024, OwnBytes = 16 * 1024, MaxBytesOfAllSessions = 84 * 1024 },
        });
        host.Export("1-2");
        host.Export("1-3");
        var device = host.Export("1-4");
        using var first = host.Import("1-2");
        using var second = host.Import("1-3");
        using var third = host.Import("1-4");
        first.Submit(Requests.In(1, 1, 56 * 1024));
        first.Submit(Requests.In(2, 1, 56 * 1024));
        first.ReadSubmitReply().Should().Be(new SubmitReply(2, UrbStatus.NoMemory, 0));
        second.Submit(Requests.In(1, 1, 56 * 1024));
        second.Submit(Requests.In(2, 1, 56 * 1024));
        second.ReadSubmitReply().Should().Be(new SubmitReply(2, UrbStatus.NoMemory, 0));

        third.Submit(Requests.In(1, 1, 24 * 1024));
        third.Submit(Requests.In(2, 1, 8 * 1024));

        third.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.NoMemory, 0), "that is more than its own share, and nothing else is left");
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        third.ReadSubmitReply().Should().Be(new SubmitReply(2, UrbStatus.Ok, 0));
    }

    [Theory]
    [InlineData(20)] // inside a header
    [InlineData(48 + 100)] // inside a payload
    public async Task Client_that_stops_inside_a_message_loses_its_session_and_one_that_is_idle_does_not(int sent)
    {
        await using var host = new RunningHost(new ServerOptions { Session = new SessionLimits { ReceiveStall = TimeSpan.FromMilliseconds(200) } });
        host.Export("1-2");
        var device = host.Export("1-3");
        using var stopped = host.Import("1-2");
        using var idle = host.Import("1-3");

        stopped.Send(stopped.Bytes(Requests.Out(1, 2, 1000), new byte[1000]).AsSpan(0, sent));

        stopped.IsClosedByHost().Should().BeTrue();
        host.WaitForLog("1-2: ended by ProtocolViolation").Should().Contain("sent no byte");
        idle.Submit(Requests.In(1, 1, 64));
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        idle.ReadSubmitReply().Status.Should().Be(UrbStatus.Ok);
    }
}
