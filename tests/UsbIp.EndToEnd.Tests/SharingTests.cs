using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client;
using UsbIp.Client.Remote;
using UsbIp.Devices.Virtual;
using UsbIp.Host.Server;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.EndToEnd.Tests;

/// <summary>Several of our clients and one virtual device of our host: who has it, who waits, and what a watcher sees of it.</summary>
public sealed class SharingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly VirtualUsbBackend _backend = new();
    private readonly DeviceRegistry _registry;
    private readonly UsbIpServer _server;
    private readonly Task _serving;
    private readonly HostAddress _host;
    private readonly BusId _device;

    public SharingTests()
    {
        _device = _backend.Add(VirtualDeviceSpec.Parse("zero"));
        _registry = new DeviceRegistry([_backend], NullLoggerFactory.Instance);
        _registry.Export(_device);
        _server = new UsbIpServer(_registry, new ServerOptions(), NullLoggerFactory.Instance);
        _host = new HostAddress("127.0.0.1", _server.Listen(new IPEndPoint(IPAddress.Loopback, 0)).Port);
        _serving = _server.RunAsync(_stop.Token);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _serving.Wait(Patience).Should().BeTrue("the server must end");
        _server.Dispose();
        _backend.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Two_clients_that_race_a_thousand_times_never_both_have_the_device()
    {
        const int Races = 1000;
        using var step = new Barrier(2);
        var wins = 0;

        void Race()
        {
            for (var round = 1; round <= Races; round++)
            {
                step.SignalAndWait(Patience).Should().BeTrue("the other racer must be there too");
                var socket = TryImport();
                if (socket is not null)
                {
                    Interlocked.Increment(ref wins);
                }

                step.SignalAndWait(Patience).Should().BeTrue("the other racer must be there too"); // both have their answer, and the winner still has the device
                wins.Should().Be(round, "each race has one winner");
                socket?.Dispose();
                TestKit.Eventually.Holds(() => _registry.List()[0].Holder is null, "the device to be free");
            }
        }

        await Task.WhenAll(Task.Run(Race), Task.Run(Race)).WaitAsync(TimeSpan.FromMinutes(5));

        wins.Should().Be(Races);
    }

    [Fact]
    public async Task Who_is_refused_learns_who_has_the_device_and_who_waits_gets_it_when_it_is_free()
    {
        var holder = Import(new ImportWish());
        var refused = () => Import(new ImportWish());
        refused.Should().Throw<CommandException>().Where(error => error.ExitCode == ExitCode.Busy).WithMessage($"*held by {holder.LocalEndPoint} since *");
        using var isWaiting = new ManualResetEventSlim();
        var told = "";
        var wait = new DeviceWait(null, text =>
        {
            told = text;
            isWaiting.Set();
        });

        var waiting = Task.Run(() => Import(new ImportWish(Wait: wait)));
        isWaiting.Wait(Patience).Should().BeTrue();
        holder.Dispose();
        using var next = await waiting.WaitAsync(Patience);

        told.Should().StartWith("waiting: held by 127.0.0.1:").And.EndWith("place 1 of 1 in the line");
        _registry.List()[0].Holder!.Client.Should().Be(next.LocalEndPoint!.ToString());
    }

    [Fact]
    public async Task A_watcher_sees_a_take_over_as_it_happens()
    {
        using var watcher = HostWatcher.TryOpen(_host, _stop.Token)!;
        var stand = (DevicesStand)watcher.Read();
        _registry.ChangePolicy(_device, policy => policy with { MayBeTakenOver = true });
        using var holder = Import(new ImportWish());

        using var taker = await Task.Run(() => Import(new ImportWish(TakeOver: true))).WaitAsync(Patience);

        stand.Devices.Should().ContainSingle().Which.Name.Should().NotBeEmpty();
        Next(watcher).Should().Be((DeviceEventKind.Attached, holder.LocalEndPoint!.ToString()!, ""));
        Next(watcher).Should().Be((DeviceEventKind.Released, holder.LocalEndPoint!.ToString()!, $"taken over by {taker.LocalEndPoint}"));
        Next(watcher).Should().Be((DeviceEventKind.Attached, taker.LocalEndPoint!.ToString()!, ""));
    }

    [Fact]
    public void A_device_that_is_unplugged_while_it_is_held_is_told_with_its_holders_end()
    {
        using var watcher = HostWatcher.TryOpen(_host, _stop.Token)!;
        watcher.Read();
        using var holder = Import(new ImportWish());
        Next(watcher).Kind.Should().Be(DeviceEventKind.Attached);

        _backend.Remove(_device);

        new[] { Next(watcher), Next(watcher) }.Select(what => (what.Kind, what.Reason)).Should().BeEquivalentTo(
            [(DeviceEventKind.Unplugged, ""), (DeviceEventKind.Released, "the device was unplugged")]);
    }

    private static (DeviceEventKind Kind, string Client, string Reason) Next(HostWatcher watcher)
    {
        var what = ((DeviceHappening)watcher.Read()).What;
        return (what.Kind, what.Client, what.Reason);
    }

    private Socket? TryImport()
    {
        try
        {
            return Import(new ImportWish());
        }
        catch (CommandException busy) when (busy.ExitCode == ExitCode.Busy)
        {
            return null;
        }
    }

    private Socket Import(ImportWish wish) => wish.Run(
        stop =>
        {
            using var connection = HostConnection.Connect(_host, stop: stop);
            connection.Import(_device, wish.Offered, wish.Heard);
            return connection.TakeSocket();
        },
        CancellationToken.None);
}
