using System.Net.Sockets;
using UsbIp.Host.Configuration;
using UsbIp.Host.Server;
using UsbIp.Host.Server.Events;
using UsbIp.Host.Tests.Control;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Server;

/// <summary>What a watcher on the network is told, and what it is not.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task The_device_list_offers_watching_behind_its_last_byte()
    {
        await using var host = new RunningHost();
        using var client = host.Connect();
        var request = new byte[OperationHeader.Size];
        new OperationHeader(OperationCode.DeviceListRequest, OperationStatus.Ok).Write(request);

        client.Send(request);
        var list = client.Read(DeviceList.PrefixSize);
        var trailer = client.Read(ExtensionTail.TrailerSize);

        list[^1].Should().Be(0, "there is no device");
        ExtensionTail.ReadTrailer(trailer).Should().Be(Extensions.Watch);
        client.IsClosedByHost().Should().BeTrue();
    }

    [Fact]
    public async Task A_watcher_sees_how_things_stand_and_then_a_devices_whole_story()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var watcher = new RawWatcher(host);

        var stand = watcher.ReadSnapshot();
        using (var holder = host.Import("1-2"))
        {
            using var second = host.Connect();
            second.Import("1-2").Should().Be(OperationStatus.DeviceBusy);
        }

        watcher.ReadEvent().Should().Be("Attached 1-2 Present, Exported, Held");
        watcher.ReadEvent().Should().Be("Refused 1-2 Present, Exported, Held");
        watcher.ReadEvent().Should().Be("Released 1-2 Present, Exported");
        host.Replug("1-2");
        watcher.ReadEvent().Should().Be("Unplugged 1-2 Exported");
        watcher.ReadEvent().Should().Be("Plugged 1-2 Present, Exported");
        host.Registry.Unexport(BusId.Parse("1-2"));
        watcher.ReadEvent().Should().Be("Unexported 1-2 Present");
        stand.Should().ContainSingle().Which.State.Should().Be(WatchedState.Present | WatchedState.Exported);
    }

    [Theory]
    [InlineData("rules: [{allow: 1-2}, {deny: 1-2}]")]
    [InlineData("rules: [{allow: 1-2}, {deny: 1-2, from: 127.0.0.0/8}]")]
    [InlineData("rules: [{allow: 1-2, from: 10.0.0.0/8}]")]
    [InlineData("rules: []")]
    public async Task A_device_that_rules_take_from_a_watchers_sight_is_exported_no_longer_as_far_as_it_is_told(string rules)
    {
        await using var host = new RunningHost();
        host.Registry.Apply(ConfigurationReader.Read("rules: [{allow: 1-2}]"));
        host.Backend.Plug(SampleDevices.Stick);
        host.WaitForLog("1-2: exported");
        using var watcher = new RawWatcher(host);
        watcher.ReadSnapshot().Should().ContainSingle();

        host.Registry.Apply(ConfigurationReader.Read(rules));
        watcher.ReadEvent().Should().Be("Unexported 1-2 Present");
        host.Registry.Apply(ConfigurationReader.Read("rules: [{allow: 1-2}]"));

        watcher.ReadEvent().Should().Be("Exported 1-2 Present, Exported");
    }

    [Fact]
    public async Task Events_say_who_and_why()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var watcher = new RawWatcher(host);
        watcher.ReadSnapshot();

        using var holder = host.Import("1-2");
        var attached = WatchedEvent.Read(watcher.Read().Body);
        host.Registry.Unexport(BusId.Parse("1-2"), force: true);
        watcher.ReadEvent().Should().StartWith("Unexported");
        var released = WatchedEvent.Read(watcher.Read().Body);

        attached.Client.Should().Be(holder.Socket.LocalEndPoint!.ToString());
        attached.Device.Holder.Should().Be(attached.Client);
        attached.Device.HeldSince.Should().BePositive();
        released.Kind.Should().Be(DeviceEventKind.Released);
        released.Client.Should().Be(attached.Client);
        released.Reason.Should().Be("the export was ended");
    }

    [Fact]
    public async Task What_is_not_exported_is_nobodys_business()
    {
        await using var host = new RunningHost();
        host.Backend.Add("1-7");
        using var watcher = new RawWatcher(host);

        var stand = watcher.ReadSnapshot();
        host.Backend.Replug("1-7");
        using (var client = host.Connect())
        {
            client.Import("1-7").Should().Be(OperationStatus.NoDevice);
        }

        host.Export("1-2");

        stand.Should().BeEmpty();
        watcher.ReadEvent().Should().Be("Exported 1-2 Present, Exported", "nothing was told before it");
    }

    [Fact]
    public async Task A_silent_watcher_hears_that_the_host_is_there()
    {
        await using var host = new RunningHost(new ServerOptions { WatchHeartbeat = TimeSpan.FromMilliseconds(1) });
        using var watcher = new RawWatcher(host);
        watcher.ReadSnapshot();

        WatchFrameHeader.Read(watcher.Client.Read(WatchFrameHeader.Size)).Should().Be(new WatchFrameHeader(WatchFrameKind.Heartbeat, 0));
    }

    [Fact]
    public async Task A_watcher_that_says_anything_is_let_go_and_so_is_one_that_leaves()
    {
        await using var host = new RunningHost();
        using (var talker = new RawWatcher(host))
        {
            talker.ReadSnapshot();
            talker.Client.Send([1]);
            talker.Client.IsClosedByHost().Should().BeTrue();
        }

        new RawWatcher(host).Dispose();

        Eventually.Holds(() => host.ConnectionCount == 0 && host.Registry.Events.WatcherCount == 0, "the watchers to be forgotten");
    }

    [Fact]
    public async Task Too_many_watchers_are_refused_and_everybody_else_is_served()
    {
        await using var host = new RunningHost(new ServerOptions { Watchers = new WatcherLimit(3, 2), MaxUnimported = 2 });
        host.Export("1-2");
        using var first = new RawWatcher(host);
        using var second = new RawWatcher(host);

        using var third = new RawWatcher(host);
        using var importer = host.Import("1-2");

        first.Status.Should().Be(OperationStatus.Ok);
        third.Status.Should().Be(OperationStatus.NotAvailable);
        third.Client.IsClosedByHost().Should().BeTrue();
        first.Dispose();
        Eventually.Holds(() => Watches(host), "room for another watcher");
    }

    [Fact]
    public async Task One_that_reads_nothing_slows_nobody_and_learns_that_it_missed_something()
    {
        await using var host = new RunningHost();
        var device = BusId.Parse("1-2");
        host.Export("1-2");
        using var slow = new RawWatcher(host);
        slow.Client.Socket.ReceiveBufferSize = 1024;
        slow.ReadSnapshot();

        for (var round = 0; round < 3000; round++)
        {
            host.Registry.Unexport(device);
            host.Registry.Export(device);
        }

        host.Export("1-9");
        var missed = 0L;
        var last = default(BusId);
        while (last != BusId.Parse("1-9"))
        {
            var (kind, body) = slow.Read();
            missed += kind == WatchFrameKind.Overflow ? WatchFrames.ReadNumber(body) : 0;
            last = kind switch
            {
                WatchFrameKind.Event => WatchedEvent.Read(body).Device.BusId,
                WatchFrameKind.Device => WatchedDevice.Read(body).BusId,
                _ => last,
            };
        }

        missed.Should().BePositive("it was told so, and then how things stand, up to the last device");
    }

    private static bool Watches(RunningHost host)
    {
        try
        {
            using var watcher = new RawWatcher(host);
            return watcher.Status == OperationStatus.Ok;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
