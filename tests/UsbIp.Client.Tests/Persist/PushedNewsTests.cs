using System.Collections.Concurrent;
using UsbIp.Client.Persist;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;
using UsbIp.Protocol.Watching;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Persist;

/// <summary>When another try is made at a host that can push. The clock stands still: whatever returns was told to.</summary>
public sealed class PushedNewsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly byte[] Granted = Convert.FromHexString("011100F200000000");

    private static readonly WatchedDevice Stick = new(
        BusId.Parse("2-1"), 0x0781, 0x5581, WatchedState.Present | WatchedState.Exported, 0, "", "Ultra");

    private readonly BlockingCollection<byte[]> _story = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly ManualTime _time = new();
    private readonly FakeHost _host;
    private HostNews? _news;

    public PushedNewsTests() => _host = FakeHost.Conversing((stream, request) =>
    {
        if (OperationHeader.Read(request).Code == OperationCode.DeviceListRequest)
        {
            stream.Write(DeviceList.Write([], Extensions.Watch));
            return;
        }

        stream.Write([.. Granted, .. WatchFrames.Snapshot(0)]);
        foreach (var frame in _story.GetConsumingEnumerable())
        {
            stream.Write(frame);
        }
    });

    public void Dispose()
    {
        _stop.Cancel();
        _story.CompleteAdding();
        _host.Dispose();
        _news?.Dispose();
        _story.Dispose();
        _stop.Dispose();
    }

    [Theory]
    [InlineData("2-1", DeviceEventKind.Plugged)]
    [InlineData("2-1", DeviceEventKind.Exported)]
    [InlineData("port:2-1", DeviceEventKind.Released)]
    [InlineData("0781:5581", DeviceEventKind.Plugged)]
    public async Task Once_the_host_is_watched_the_next_try_is_made_when_it_tells_of_the_device(string device, DeviceEventKind kind)
    {
        _news = new HostNews(_host.Address, DeviceSelector.Parse(device), _time);
        _news.Wait(NextTry.WhenTold, _stop.Token).Should().BeTrue("what happened before the watch began is found out by trying");

        var waiting = Start();
        Tell(DeviceEventKind.Unplugged, Stick);
        Tell(DeviceEventKind.Refused, Stick);
        waiting.IsCompleted.Should().BeFalse();
        Tell(kind, Stick);

        (await waiting.WaitAsync(Patience)).Should().BeTrue();
        _host.Connections.Should().Be(2, "one to learn that it can push, one over which it does");
    }

    [Fact]
    public async Task What_happens_to_another_device_is_no_reason_to_try()
    {
        _news = new HostNews(_host.Address, DeviceSelector.Parse("2-1"), _time);
        _news.Wait(NextTry.WhenTold, _stop.Token);

        var waiting = Start();
        Tell(DeviceEventKind.Plugged, Stick with { BusId = BusId.Parse("2-2") });
        _story.Add(WatchFrames.Overflow(3));
        waiting.IsCompleted.Should().BeFalse();
        _story.Add(WatchFrames.Snapshot(0));

        (await waiting.WaitAsync(Patience)).Should().BeTrue("it may have been among what was missed");
    }

    [Fact]
    public async Task Where_the_host_refuses_the_device_its_word_is_reason_to_try_again()
    {
        _news = new HostNews(_host.Address, DeviceSelector.Parse("2-1"), _time);
        _news.Wait(NextTry.WhenToldOrLater, _stop.Token);

        var waiting = Start(NextTry.WhenToldOrLater);
        Tell(DeviceEventKind.Refused, Stick);
        waiting.IsCompleted.Should().BeFalse();
        Tell(DeviceEventKind.Plugged, Stick);

        (await waiting.WaitAsync(Patience)).Should().BeTrue();
    }

    [Fact]
    public async Task Where_the_host_refuses_the_device_so_is_time_for_what_helps_may_be_no_event()
    {
        _news = new HostNews(_host.Address, DeviceSelector.Parse("2-1"), TimeProvider.System);
        _news.Wait(NextTry.WhenToldOrLater, _stop.Token);

        var waiting = Start(NextTry.WhenToldOrLater);
        Eventually.Holds(
            () =>
            {
                if (_story.Count == 0)
                {
                    _story.Add(WatchFrames.Heartbeat());
                }

                return waiting.IsCompleted;
            },
            "the next try, long before a host that is merely silent would be asked again");

        (await waiting).Should().BeTrue();
        _host.Connections.Should().Be(2, "it is watched still");
    }

    [Fact]
    public async Task The_wait_can_be_ended()
    {
        _news = new HostNews(_host.Address, DeviceSelector.Parse("2-1"), _time);
        _news.Wait(NextTry.WhenTold, _stop.Token);

        var waiting = Start();
        await _stop.CancelAsync();

        (await waiting.WaitAsync(Patience)).Should().BeFalse();
    }

    [Fact]
    public async Task A_host_that_goes_away_leaves_it_to_the_clock()
    {
        _news = new HostNews(_host.Address, DeviceSelector.Parse("2-1"), _time);
        _news.Wait(NextTry.WhenTold, _stop.Token);

        var waiting = Start();
        _story.CompleteAdding();
        Eventually.Holds(
            () =>
            {
                _time.Advance(BackOff.Least);
                return waiting.IsCompleted;
            },
            "the next try");

        (await waiting).Should().BeTrue();
    }

    [Fact]
    public async Task A_host_that_cannot_push_is_asked_only_once_whether_it_can()
    {
        using var stock = FakeHost.Serving([]);
        _news = new HostNews(stock.Address, DeviceSelector.Parse("2-1"), _time);
        for (var tries = 0; tries < 3; tries++)
        {
            var waiting = Start();
            Eventually.Holds(
                () =>
                {
                    _time.Advance(BackOff.Least);
                    return waiting.IsCompleted;
                },
                "the next try");
            await waiting;
        }

        stock.Connections.Should().Be(1);
    }

    private Task<bool> Start(NextTry next = NextTry.WhenTold) => Task.Factory.StartNew(
        () => _news!.Wait(next, _stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Tell(DeviceEventKind kind, WatchedDevice device) => _story.Add(WatchFrames.Of(new WatchedEvent(kind, 0, device, "", "")));
}
