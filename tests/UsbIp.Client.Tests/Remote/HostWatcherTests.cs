using System.Globalization;
using UsbIp.Client.Remote;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.Client.Tests.Remote;

public sealed class HostWatcherTests
{
    private static readonly WatchedDevice Device = new(
        BusId.Parse("1-2"), 0x0781, 0x5581, WatchedState.Present | WatchedState.Exported, 0, "", "SanDisk Ultra");

    private static readonly WatchedEvent Event = new(DeviceEventKind.Attached, 1_795_262_400_000, Device, "192.168.1.7:40112", "");

    private static readonly byte[] Granted = Convert.FromHexString("011100F200000000");

    [Fact]
    public void A_host_that_pushes_is_heard_frame_by_frame()
    {
        using var host = WatchedHost.Telling(
            [.. Granted, .. WatchFrames.Snapshot(1), .. WatchFrames.Of(Device), .. WatchFrames.Heartbeat(), .. WatchFrames.Of(Event), .. WatchFrames.Overflow(7), .. WatchFrames.Snapshot(0)]);
        using var watcher = HostWatcher.TryOpen(host.Address);

        watcher!.Read().Should().BeOfType<DevicesStand>().Which.Devices.Should().Equal(Device);
        watcher.Read().Should().Be(new DeviceHappening(Event));
        watcher.Read().Should().Be(new EventsLost(7));
        watcher.Read().Should().BeOfType<DevicesStand>().Which.Devices.Should().BeEmpty();
    }

    [Fact]
    public void A_stock_host_cannot_push_and_is_asked_once()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick]);

        HostWatcher.TryOpen(host.Address).Should().BeNull();

        host.Connections.Should().Be(1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5549502B")] // cut
    [InlineData("00000000000000000000000000000000")]
    [InlineData("5549502B01800000000000000000000000")] // a wrong CRC
    public void What_stands_behind_a_list_and_is_no_offer_is_ignored(string trailer)
    {
        using var host = FakeHost.Answering([.. DeviceList.Write([SampleDevices.Stick]), .. Convert.FromHexString(trailer)]);

        HostWatcher.TryOpen(host.Address).Should().BeNull();
    }

    [Fact]
    public void A_server_that_leaves_the_connection_open_behind_its_list_cannot_push_either()
    {
        using var hold = new ManualResetEventSlim();
        using var host = FakeHost.Conversing((stream, _) =>
        {
            stream.Write(DeviceList.Write([]));
            hold.Wait(TimeSpan.FromSeconds(20));
        });

        HostWatcher.TryOpen(host.Address).Should().BeNull();

        hold.Set();
    }

    [Fact]
    public void A_host_with_too_many_watchers_says_so()
    {
        using var host = WatchedHost.Telling(Convert.FromHexString("011100F200000001"));

        var open = () => HostWatcher.TryOpen(host.Address);

        open.Should().Throw<CommandException>().Where(error => error.ExitCode == ExitCode.Busy).WithMessage("*too many watchers*");
    }

    [Theory]
    [InlineData("01000401", "its length 1025 exceeds the limit of 1024 bytes")]
    [InlineData("03000010", "its length 16 is less than the 384 bytes of that kind")]
    [InlineData("010000040000FFFF", "a snapshot of 65535 devices exceeds the limit of 1024")]
    [InlineData("010000040000000105000000", "kind 5 came inside a snapshot")]
    [InlineData("020000B0", "a device came outside of a snapshot", 176)]
    [InlineData("020000B0", "a device came outside of a snapshot", 176, "0101")]
    public void A_host_that_breaks_the_protocol_is_left(string frame, string message, int zeros = 0, string start = "")
    {
        using var host = WatchedHost.Telling([.. Granted, .. Convert.FromHexString(frame + start), .. new byte[zeros]]);
        using var watcher = HostWatcher.TryOpen(host.Address);

        var read = watcher!.Read;

        read.Should().Throw<CommandException>().Where(error => error.ExitCode == ExitCode.ProtocolError).WithMessage($"*{message}*");
    }

    [Fact]
    public void A_story_cut_at_any_byte_is_a_lost_network_and_never_half_an_event()
    {
        byte[] story = [.. WatchFrames.Snapshot(1), .. WatchFrames.Of(Device), .. WatchFrames.Of(Event)];
        for (var length = 0; length < story.Length; length += length < 16 ? 1 : 7)
        {
            using var host = WatchedHost.Telling([.. Granted, .. story[..length]]);
            using var watcher = HostWatcher.TryOpen(host.Address);
            var heard = new List<HostNotice>();
            var read = () =>
            {
                while (true)
                {
                    heard.Add(watcher!.Read());
                }
            };

            read.Should().Throw<CommandException>().Where(error => error.ExitCode == ExitCode.Network, length.ToString(CultureInfo.InvariantCulture));

            heard.Should().HaveCount(length < story.Length - WatchFrames.Of(Event).Length ? 0 : 1);
        }
    }

    [Fact]
    public void Random_bytes_end_the_watching_in_a_sentence()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 100; round++)
        {
            var noise = new byte[random.Next(1, 3000)];
            random.NextBytes(noise);
            noise[0] = (byte)random.Next(7);
            using var host = WatchedHost.Telling([.. Granted, .. noise]);
            using var watcher = HostWatcher.TryOpen(host.Address);
            var read = () =>
            {
                while (true)
                {
                    watcher!.Read();
                }
            };

            read.Should().Throw<CommandException>().Which.ExitCode.Should().BeOneOf(ExitCode.Network, ExitCode.ProtocolError);
        }
    }

    [Fact]
    public async Task A_stop_ends_the_wait_for_the_next_event()
    {
        using var hold = new ManualResetEventSlim();
        using var host = WatchedHost.Telling([.. Granted, .. WatchFrames.Snapshot(0)], hold);
        using var stop = new CancellationTokenSource();
        using var watcher = HostWatcher.TryOpen(host.Address, stop.Token);
        watcher!.Read();

        var waiting = Task.Run(watcher.Read);
        await stop.CancelAsync();

        await waiting.Awaiting(task => task.WaitAsync(TimeSpan.FromSeconds(20))).Should().ThrowAsync<OperationCanceledException>();
        hold.Set();
    }
}
