using System.Net.Sockets;
using UsbIp.Host.Tests.Session;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Server;

/// <summary>A thousand connections against the host as it is shipped: those who have a device keep it, and those who come for one get it.</summary>
public sealed class CrowdTests
{
    private const int MaxUnimported = 64; // as docs/security.md says; the tests change nothing about the host

    [Fact]
    public async Task Thousand_silent_connections_leave_sessions_alone_and_make_way_for_a_client_within_seconds()
    {
        await using var host = new RunningHost();
        host.Export("1-2").AnswerAtOnce();
        using var neighbour = new Neighbour(host, "1-3");
        var crowd = new List<RawClient>();

        for (var count = 0; count < 1000; count++)
        {
            crowd.Add(host.Connect());
            host.ConnectionCount.Should().BeLessThan(2 * MaxUnimported, "no more are let in, and some may be on their way out");
            neighbour.GoesOn();
        }

        crowd[0].IsClosedByHost().Should().BeTrue("whoever stays silent for 5 s is closed");
        using var client = ImportInTheCrowd(host, "1-2");
        client.Submit(Requests.In(1, 1, 64));
        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, 64));
        neighbour.GoesOn();
        foreach (var connection in crowd)
        {
            connection.IsClosedByHost().Should().BeTrue();
        }

        var lines = crowd.Select(connection => host.LinesOf(connection).Should().ContainSingle("each leaves one line").Subject).ToList();
        lines.Count(line => line.Contains("sent nothing", StringComparison.Ordinal)).Should().BeGreaterThanOrEqualTo(MaxUnimported);
        lines.Should().OnlyContain(line => line.StartsWith("Warning: ", StringComparison.Ordinal));
        crowd.ForEach(connection => connection.Dispose());
    }

    [Fact]
    public async Task Client_comes_for_its_device_again_and_again_while_a_thousand_connections_come_and_go()
    {
        await using var host = new RunningHost();
        host.Export("1-2").AnswerAtOnce();
        using var neighbour = new Neighbour(host, "1-3");
        using var done = new CancellationTokenSource();
        var crowds = Enumerable.Range(0, 4).Select(seed => OwnThread.Run(() => ComeAndGo(host, seed, done.Token))).ToList();

        for (var round = 0; round < 20; round++)
        {
            using (var client = ImportInTheCrowd(host, "1-2"))
            {
                client.Submit(Requests.In(1, 1, 64));
                client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, 64));
                neighbour.GoesOn();
            }

            host.WaitUntilFree("1-2");
        }

        await done.CancelAsync();
        var came = await Task.WhenAll(crowds).WaitAsync(TimeSpan.FromSeconds(60));
        came.Sum().Should().BeGreaterThanOrEqualTo(1000);
        Eventually.Holds(() => host.ConnectionCount == 1, "the crowd's connections to end");
        neighbour.GoesOn();
    }

    /// <summary>Connects and leaves, now silent, now in the middle of a request, now with nonsense: 250 times, and until it is told that this will do.</summary>
    private static int ComeAndGo(RunningHost host, int seed, CancellationToken done)
    {
        byte[][] words = [[], [0x01], Convert.FromHexString("0111800300000000312D32"), Convert.FromHexString("0111800600000000"), [0x16, 0x03, 0x01]];
        var random = new Random(seed);
        var count = 0;
        for (; count < 250 || !done.IsCancellationRequested; count++)
        {
            using var connection = host.Connect();
            try
            {
                connection.Send(words[random.Next(words.Length)]);
            }
            catch (SocketException)
            {
                // Turned away, because 64 were there already.
            }
        }

        return count;
    }

    /// <summary>As a client that is turned away does: once more.</summary>
    private static RawClient ImportInTheCrowd(RunningHost host, string busId)
    {
        RawClient? client = null;
        Eventually.Holds(() => (client = TryImport(host, busId)) is not null, $"{busId} to be had");
        return client!;
    }

    private static RawClient? TryImport(RunningHost host, string busId)
    {
        var client = host.Connect();
        try
        {
            client.Import(busId).Should().Be(OperationStatus.Ok);
            return client;
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException)
        {
            client.Dispose();
            return null;
        }
    }
}
