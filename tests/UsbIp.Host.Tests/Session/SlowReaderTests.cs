using System.Globalization;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>A client that once left its replies lying gets the next ones as fast as any other.</summary>
public sealed class SlowReaderTests
{
    private const string BusId = "9-9.9"; // no other test's, since its thread is found by its name
    private const int Length = 1024 * 1024;
    private const int Backlog = 16; // with that length, more than the sockets on both sides hold

    [Fact]
    public async Task Replies_that_the_socket_takes_wake_no_writer_that_was_once_needed()
    {
        await using var host = new RunningHost();
        host.Export(BusId).AnswerAtOnce();
        using var client = host.Import(BusId);
        var writer = LeaveRepliesUntilAWriterIsNeeded(client);

        var before = WakeUps(writer);
        for (uint seqnum = 100; seqnum < 1100; seqnum++)
        {
            client.Submit(Requests.Out(seqnum, 2, 0));
            client.ReadSubmitReply().Seqnum.Should().Be(seqnum);
        }

        (WakeUps(writer) - before).Should().BeLessThan(100, "1,000 replies went out without it, and it may still have been on its way to sleep");
    }

    /// <summary>Reads them in the end; the /proc folder of the thread that sent the rest.</summary>
    private static string LeaveRepliesUntilAWriterIsNeeded(RawClient client)
    {
        for (uint seqnum = 1; seqnum <= Backlog; seqnum++)
        {
            client.Submit(Requests.In(seqnum, 1, Length));
        }

        string? writer = null;
        Eventually.Holds(() => (writer = FindThread($"write {BusId}")) is not null, "the session's writer");
        for (uint seqnum = 1; seqnum <= Backlog; seqnum++)
        {
            client.ReadSubmitReply().Seqnum.Should().Be(seqnum);
            client.Read(Length);
        }

        return writer!;
    }

    private static string? FindThread(string name) =>
        Directory.EnumerateDirectories("/proc/self/task").FirstOrDefault(task => ReadOrNothing(Path.Combine(task, "comm")) == name + "\n");

    private static string ReadOrNothing(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException) // the thread ended meanwhile
        {
            return "";
        }
    }

    private static int WakeUps(string task)
    {
        var line = File.ReadLines(Path.Combine(task, "status")).First(line => line.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal));
        return int.Parse(line.AsSpan(line.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
    }
}
