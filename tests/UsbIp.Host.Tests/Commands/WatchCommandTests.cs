using System.Text.Json;
using UsbIp.Host.Control;
using UsbIp.Host.Tests.Control;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Commands;

public sealed class WatchCommandTests
{
    [Fact]
    public async Task People_see_how_things_stand_and_then_a_line_for_each_event()
    {
        await using var machine = new Machine();
        machine.Devices.Add(SampleDevices.Stick);
        machine.Serve("--export", "1-2");
        await using var watch = machine.Follow("watch");

        var stand = watch.NextLine();
        string client;
        using (var holder = new RawClient(machine.Endpoint))
        {
            holder.Import("1-2").Should().Be(OperationStatus.Ok);
            client = holder.Socket.LocalEndPoint!.ToString()!;
        }

        stand[9..].Should().Be("now 1-2 \"SanDisk Ultra\" (0781:5581) exported");
        watch.NextLine()[9..].Should().Be($"attached 1-2 \"SanDisk Ultra\" (0781:5581) by {client}");
        watch.NextLine()[9..].Should().Be($"released 1-2 \"SanDisk Ultra\" (0781:5581) by {client}: the client closed the connection");
        await machine.RunAsync("unexport", "1-2");
        watch.NextLine()[9..].Should().Be("unexported 1-2 \"SanDisk Ultra\" (0781:5581)");
        (await watch.StopAsync()).ExitCode.Should().Be(ExitCode.Interrupted);
    }

    [Fact]
    public async Task Programs_get_an_object_a_line_and_see_what_the_network_does_not()
    {
        await using var machine = new Machine();
        machine.Devices.Add(SampleDevices.Keyboard);
        machine.Serve();
        await using var watch = machine.Follow("watch", "--json");

        var stand = JsonDocument.Parse(watch.NextLine()).RootElement;
        using (var client = new RawClient(machine.Endpoint))
        {
            client.Import("1-10.4").Should().Be(OperationStatus.NoDevice);
        }

        var refused = JsonDocument.Parse(watch.NextLine()).RootElement;

        stand.GetProperty("event").GetString().Should().Be("snapshot");
        stand.GetProperty("devices")[0].GetProperty("busId").GetString().Should().Be("1-10.4");
        refused.GetProperty("event").GetString().Should().Be("refused");
        refused.GetProperty("busId").GetString().Should().Be("1-10.4");
        refused.GetProperty("reason").GetString().Should().Be("no such device is exported");
    }

    [Fact]
    public async Task An_event_tells_the_names_of_its_device()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve();
        await machine.RunAsync("alias", "backup", "serial:4C530001");
        await using var watch = machine.Follow("watch", "--json");
        watch.NextLine();

        await machine.RunAsync("export", "backup");

        var exported = JsonDocument.Parse(watch.NextLine()).RootElement;
        exported.GetProperty("device").GetProperty("aliases")[0].GetString().Should().Be("backup");
    }

    [Fact]
    public async Task A_daemon_that_ends_ends_its_watchers()
    {
        await using var machine = new Machine();
        machine.Serve();
        await using var watch = machine.Follow("watch", "--json");
        watch.NextLine();

        await machine.StopAsync();

        var end = await watch.EndAsync();
        end.ExitCode.Should().Be(ExitCode.Failure);
        end.Error.Should().Contain("closed the control connection");
    }

    [Fact]
    public async Task Without_a_daemon_there_is_nothing_to_watch()
    {
        await using var machine = new Machine();

        (await machine.RunAsync("watch")).ExitCode.Should().Be(ExitCode.NotFound);
    }

    [Fact]
    public async Task A_watcher_that_does_not_read_slows_nobody_and_gets_one_overflow_with_how_things_stand()
    {
        await using var machine = new Machine();
        machine.Devices.Add(SampleDevices.Stick);
        machine.Serve("--export", "1-2");
        using var slow = ControlPeer.Greeted(machine.ControlPath);
        slow.Send(ControlPeer.Request((ushort)ControlOpcode.Watch, "{}", sequence: 5));

        for (var round = 0; round < 3000; round++)
        {
            using var client = new RawClient(machine.Endpoint);
            client.Import("9-9").Should().Be(OperationStatus.NoDevice);
        }

        var told = new List<string>();
        while (!told.Contains("overflow"))
        {
            told.Add(Read(slow).GetProperty("event").GetString()!);
        }

        told.Should().ContainSingle(what => what == "snapshot").And.ContainSingle(what => what == "overflow");
        Read(slow).GetProperty("event").GetString().Should().Be("snapshot");
    }

    private static JsonElement Read(ControlPeer peer)
    {
        var (header, body) = peer.Receive();
        header.Should().Match<ControlHeader>(one => one.Kind == ControlKind.Event && one.Sequence == 5);
        return JsonDocument.Parse(body).RootElement;
    }
}
