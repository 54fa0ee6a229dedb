using UsbIp.Host.Server.Events;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Server;

public sealed class EventHubTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Every_watcher_hears_everything_in_order_from_when_it_began_to_watch()
    {
        var hub = new EventHub();
        using var early = hub.Watch();
        Tell(hub, 1);
        using var late = hub.Watch();
        Tell(hub, 2);

        (await HearAsync(early)).Should().Be("1-1");
        (await HearAsync(early)).Should().Be("1-2");
        (await HearAsync(late)).Should().Be("1-2");
    }

    [Fact]
    public async Task Who_reads_too_slowly_gets_one_overflow_and_then_what_happens_next()
    {
        var hub = new EventHub();
        using var slow = hub.Watch();
        const int Told = EventHub.QueueLength * 3;
        for (var port = 1; port <= Told; port++)
        {
            Tell(hub, port);
        }

        var (what, lost) = await slow.ReadAsync(Patience, CancellationToken.None);
        Tell(hub, 4711);

        what.Should().BeNull();
        lost.Should().Be(Told, "all that waited is forgotten too: a snapshot tells more");
        (await HearAsync(slow)).Should().Be("1-4711");
    }

    [Fact]
    public async Task A_full_queue_that_was_read_in_time_loses_nothing()
    {
        var hub = new EventHub();
        using var watcher = hub.Watch();
        for (var port = 1; port <= EventHub.QueueLength; port++)
        {
            Tell(hub, port);
        }

        for (var port = 1; port <= EventHub.QueueLength; port++)
        {
            (await HearAsync(watcher)).Should().Be($"1-{port}");
        }
    }

    [Fact]
    public async Task Silence_is_told_when_patience_ends()
    {
        using var watcher = new EventHub().Watch();

        (await watcher.ReadAsync(TimeSpan.FromMilliseconds(1), CancellationToken.None)).Should().Be((null, 0));
    }

    [Fact]
    public void A_watcher_that_left_costs_nothing_more()
    {
        var hub = new EventHub();

        hub.Watch().Dispose();

        hub.WatcherCount.Should().Be(0);
    }

    private static async Task<string> HearAsync(EventWatcher watcher) =>
        (await watcher.ReadAsync(Patience, CancellationToken.None)).Event!.BusId.ToString();

    private static void Tell(EventHub hub, int port) => hub.TellUnknown(BusId.Parse($"1-{port}"), "client");
}
