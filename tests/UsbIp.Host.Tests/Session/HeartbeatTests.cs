using UsbIp.Host.Server;
using UsbIp.Host.Session;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Session;

/// <summary>A client that asks whether the host is there hears so, whatever the device does; one that was not promised that breaks the protocol.</summary>
public sealed class HeartbeatTests
{
    [Fact]
    public async Task A_ping_is_answered_while_the_device_keeps_all_its_transfers()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Connect();
        client.Import("1-2", Extensions.Heartbeat).Should().Be(OperationStatus.Ok);
        client.Submit(Requests.In(1, 1, 512));
        var transfer = device.NextSubmitted();

        client.Ping(1);
        client.Ping(2);

        client.ReadPong().Should().Be(1);
        client.ReadPong().Should().Be(2);
        device.Complete(transfer, UrbStatus.Ok, 0);
        client.ReadSubmitReply().Seqnum.Should().Be(1, "a ping's number is not a URB's");
    }

    [Fact]
    public async Task A_ping_that_was_not_agreed_on_ends_the_session_with_one_line()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var client = host.Import("1-2");

        client.Ping(1);

        client.IsClosedByHost().Should().BeTrue();
        host.WaitForLog("Message with seqnum 1: a ping, which was not agreed on at the import.");
    }

    [Fact]
    public async Task A_device_that_may_wait_is_served_without_the_promise()
    {
        await using var host = new RunningHost();
        host.Export("1-2").MayWaitInSubmit = true;
        using var client = host.Connect();
        client.Import("1-2", Extensions.Heartbeat | Extensions.Reasons).Should().Be(OperationStatus.Ok);

        client.Ping(1);

        client.IsClosedByHost().Should().BeTrue("it was not agreed on");
    }

    [Fact]
    public async Task A_client_that_floods_with_pings_and_reads_no_answer_is_cut_off()
    {
        await using var host = new RunningHost(new ServerOptions { Session = new SessionLimits { MaxQueuedReplies = 64 } });
        host.Export("1-2");
        using var client = host.Connect();
        client.Import("1-2", Extensions.Heartbeat).Should().Be(OperationStatus.Ok);
        client.Socket.ReceiveBufferSize = 4096;

        var flood = () =>
        {
            for (var seqnum = 1u; seqnum < 10_000_000; seqnum++)
            {
                client.Ping(seqnum);
            }
        };

        flood.Should().Throw<System.Net.Sockets.SocketException>();
        host.WaitForLog("More than 64 replies wait");
    }
}
