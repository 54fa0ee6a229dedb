using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>
/// Several clients that flood the host at once, as it is shipped: its memory stays within what docs/security.md says, and a session beside them goes on.
/// </summary>
[Collection("Alone")]
public sealed class FloodTests
{
    private const int Attackers = 6;
    private const int Length = 256 * 1024;
    private const long Mebibyte = 1024 * 1024;

    /// <summary>What all sessions share, and what each has for itself, the neighbour's included.</summary>
    private const long MostInFlight = (64 + (4 * (Attackers + 1))) * Mebibyte;

    /// <summary>What this process may need for the clients' side, and what its allocators may keep.</summary>
    private const long Margin = 32 * Mebibyte;

    /// <summary>All that, and what each session keeps and has besides.</summary>
    private const long MostGrown = MostInFlight + (7 * (Attackers + 1) * Mebibyte) + Margin;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly byte[] Data = GC.AllocateArray<byte>(Length, pinned: true); // once: the test's own memory is not what is measured

    [Fact]
    public async Task Flood_of_submits_by_several_clients_gets_no_more_memory_than_all_may_have()
    {
        await using var host = new RunningHost();
        using var neighbour = new Neighbour(host, "1-9", length: 128 * 1024);
        var clients = Import(host, device => device.AnswerNothing());
        using var watch = new MemoryWatch(host);

        var refused = await WhileANeighbourGoesOn(neighbour, clients, SubmitMuch);

        watch.Dispose();
        watch.MostInFlight.Should().BeLessThanOrEqualTo(MostInFlight).And.BeGreaterThan(64 * Mebibyte, "the flood has reached the limit");
        watch.MostGrown.Should().BeLessThan(MostGrown);
        refused.Should().OnlyContain(count => count > 0);
        host.LogLines.Should().NotContain(line => line.StartsWith("Warning", StringComparison.Ordinal), "whoever asks for too much memory is refused it, and keeps its session");
        clients.ForEach(client => client.Dispose());
        Eventually.Holds(() => host.BytesInFlight == 0, "all memory to be back");
    }

    [Fact]
    public async Task Clients_that_read_nothing_of_what_they_ask_for_are_cut_off_before_they_cost_more_than_all_may_have()
    {
        await using var host = new RunningHost();
        using var neighbour = new Neighbour(host, "1-9", length: 128 * 1024);
        var clients = Import(host, device => device.AnswerAtOnce());
        using var watch = new MemoryWatch(host);

        await WhileANeighbourGoesOn(neighbour, clients, client => SendUntilCutOff(client, client.Bytes(Requests.In(1, 1, Length))));

        watch.Dispose();
        watch.MostInFlight.Should().BeLessThanOrEqualTo(MostInFlight);
        watch.MostGrown.Should().BeLessThan(MostGrown);
        ExpectThatEachWasCutOff(host, clients);
    }

    [Fact]
    public async Task Clients_that_flood_the_host_with_unlinks_and_read_no_answer_are_cut_off_and_cost_next_to_nothing()
    {
        await using var host = new RunningHost();
        using var neighbour = new Neighbour(host, "1-9", length: 128 * 1024);
        var clients = Import(host, device => device.AnswerNothing());
        using var watch = new MemoryWatch(host);

        await WhileANeighbourGoesOn(neighbour, clients, client => SendUntilCutOff(client, Unlink(client, seqnum: 7, target: 9)));

        watch.Dispose();
        watch.MostInFlight.Should().BeLessThanOrEqualTo(4 * Mebibyte, "unlinks hold no memory of transfers, and the neighbour is one");
        watch.MostGrown.Should().BeLessThan((3 * (Attackers + 1) * Mebibyte) + Margin);
        ExpectThatEachWasCutOff(host, clients);
    }

    [Fact]
    public async Task Storm_of_unlinks_of_urbs_in_flight_is_answered_whole_and_costs_no_more_than_the_urbs()
    {
        const int Storm = 5000;
        await using var host = new RunningHost();
        using var neighbour = new Neighbour(host, "1-9", length: 128 * 1024);
        var clients = Import(host, device => device.AnswerNothing());
        using var watch = new MemoryWatch(host);

        var answered = await WhileANeighbourGoesOn(neighbour, clients, client => SubmitAndUnlink(client, Storm));

        watch.Dispose();
        answered.Should().OnlyContain(unlinks => unlinks == Storm);
        watch.MostInFlight.Should().BeLessThanOrEqualTo(MostInFlight);
        watch.MostGrown.Should().BeLessThan(MostGrown);
        host.LogLines.Should().NotContain(line => line.StartsWith("Warning", StringComparison.Ordinal));
        clients.ForEach(client => client.Dispose());
    }

    private static List<RawClient> Import(RunningHost host, Action<ScriptedDevice> script) =>
    [
        .. Enumerable.Range(1, Attackers).Select(port =>
        {
            script(host.Export($"2-{port}"));
            return host.Import($"2-{port}");
        }),
    ];

    private static async Task<int[]> WhileANeighbourGoesOn(Neighbour neighbour, List<RawClient> clients, Func<RawClient, int> attack)
    {
        var attacks = Task.WhenAll(clients.Select(client => OwnThread.Run(() => attack(client))));
        var started = Stopwatch.GetTimestamp();
        do
        {
            neighbour.GoesOn();
        }
        while (!attacks.IsCompleted && Stopwatch.GetElapsedTime(started) < Patience);

        return await attacks.WaitAsync(Patience);
    }

    /// <summary>Writes far more than one session may have in flight; how much of it was refused.</summary>
    private static int SubmitMuch(RawClient client)
    {
        const int Count = 200;
        var submit = client.Bytes(Requests.Out(0, 2, Length));
        for (var seqnum = 1; seqnum <= Count; seqnum++)
        {
            submit[7] = (byte)seqnum;
            client.Send(submit);
            client.Send(Data);
        }

        client.Unlink(Count + 1, target: 0);
        var refused = 0;
        while (client.ReadReply() is { Header.Command: UrbCommand.SubmitReply } reply)
        {
            reply.Submit.Status.Should().Be(UrbStatus.NoMemory);
            refused++;
        }

        return refused;
    }

    /// <summary>Says the same again and again; how often the host listened.</summary>
    private static int SendUntilCutOff(RawClient client, byte[] message)
    {
        var seqnum = 0u;
        client.Socket.SendTimeout = 0; // the test has its own patience
        try
        {
            while (true)
            {
                BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), ++seqnum); // one in flight is never used twice
                client.Send(message);
            }
        }
        catch (SocketException)
        {
            return (int)seqnum;
        }
    }

    private static int SubmitAndUnlink(RawClient client, int count)
    {
        var sending = OwnThread.Run(() =>
        {
            for (var seqnum = 1u; seqnum <= 2 * count; seqnum += 2)
            {
                client.Send([.. client.Bytes(Requests.In(seqnum, 1, 64)), .. Unlink(client, seqnum + 1, seqnum)]);
            }
        });
        var unlinks = 0;
        while (unlinks < count)
        {
            unlinks += client.ReadReply().Header.Command == UrbCommand.UnlinkReply ? 1 : 0;
        }

        sending.GetAwaiter().GetResult();
        return unlinks;
    }

    private static byte[] Unlink(RawClient client, uint seqnum, uint target)
    {
        var bytes = new byte[UnlinkRequest.Size];
        new UnlinkRequest(seqnum, client.DeviceId, target).Write(bytes);
        return bytes;
    }

    private static void ExpectThatEachWasCutOff(RunningHost host, List<RawClient> clients)
    {
        foreach (var (client, port) in clients.Select((client, index) => (client, index + 1)))
        {
            host.WaitUntilFree($"2-{port}");
            host.ComplaintsOf(client).Should().ContainSingle().Which.Should().Contain($"{client.Name} 2-{port}: ended by ProtocolViolation. More than 8192 replies wait");
            client.Dispose();
        }
    }
}
