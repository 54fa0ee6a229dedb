using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Host.Service;
using UsbIp.Host.Tests.Control;
using UsbIp.Host.Usbfs;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Service;

public sealed class ServiceTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_manager_hears_that_the_daemon_is_ready_what_it_does_and_that_it_ends()
    {
        using var manager = new NotifyListener();
        await using var machine = new Machine { Service = new ServiceEnvironment { NotifySocket = manager.NotifySocket } };

        machine.Serve("--virtual", "zero");
        var ready = manager.Hear();
        await machine.StopAsync();
        var rest = manager.HearWhatIsThere();

        ready.Should().Be("READY=1\nSTATUS=1 device exported, 0 in use");
        rest.Should().Contain("STOPPING=1\nSTATUS=Giving the devices back").And.NotContain("WATCHDOG=1", "nobody asked for that");
    }

    [Theory]
    [InlineData("rules: [{allow: class:storage}]", "READY=1\nSTATUS=1 device exported, 0 in use")]
    [InlineData("rules: [", "READY=1\nSTATUS=0 devices exported, 0 in use")]
    public async Task The_manager_hears_that_the_configuration_is_read_anew_and_when_that_is_done(string text, string expected)
    {
        using var manager = new NotifyListener();
        await using var machine = new Machine { Service = new ServiceEnvironment { NotifySocket = manager.NotifySocket }, Devices = { SampleDevices.Stick } };
        machine.Serve();
        manager.Hear().Should().Be("READY=1\nSTATUS=0 devices exported, 0 in use");
        Directory.CreateDirectory(Path.GetDirectoryName(machine.ConfigurationPath)!);
        await File.WriteAllTextAsync(machine.ConfigurationPath, text);

        await machine.RunAsync("reload");

        manager.HearNext("RELOADING=1").Should().MatchRegex("^RELOADING=1\nMONOTONIC_USEC=[0-9]+$");
        manager.HearNext("READY=1").Should().Be(expected);
    }

    [Fact]
    public async Task A_daemon_whose_loops_come_round_says_again_and_again_that_it_is_alive()
    {
        using var manager = new NotifyListener();
        await using var machine = new Machine
        {
            Service = new ServiceEnvironment { NotifySocket = manager.NotifySocket, Watchdog = TimeSpan.FromMilliseconds(300) },
        };

        machine.Serve();

        manager.HearUntil("WATCHDOG=1");
        manager.HearUntil("WATCHDOG=1");
    }

    [Fact]
    public async Task The_manager_hears_of_a_client_that_comes()
    {
        using var manager = new NotifyListener();
        await using var machine = new Machine
        {
            Service = new ServiceEnvironment { NotifySocket = manager.NotifySocket, Watchdog = TimeSpan.FromMilliseconds(300) },
        };
        machine.Serve("--virtual", "zero");

        using var client = new RawClient(machine.Endpoint);
        client.Import("250-1");

        manager.HearUntil("STATUS=1 device exported, 1 in use");
    }

    [Fact]
    public async Task While_one_loop_is_stuck_the_manager_is_not_told_that_the_daemon_is_alive()
    {
        using var manager = new NotifyListener();
        var log = new LogLines();
        using var loggers = LoggerFactory.Create(builder => builder.AddProvider(log));
        using var notifier = new ServiceNotifier(manager.NotifySocket, loggers.CreateLogger("service"));
        using var stop = new CancellationTokenSource();
        var unstuck = new TaskCompletionSource();
        var isStuck = false;
        Task PassAsync(CancellationToken patience) => Volatile.Read(ref isStuck) ? unstuck.Task.WaitAsync(patience) : Task.CompletedTask;
        var watch = new ServiceWatch(
            notifier,
            TimeSpan.FromMilliseconds(300),
            () => "well",
            [new WatchedLoop("the loop", PassAsync), new WatchedLoop("another", _ => Task.CompletedTask)],
            TimeProvider.System,
            loggers.CreateLogger("service"));
        var running = watch.RunAsync(stop.Token);
        manager.HearUntil("WATCHDOG=1");

        Volatile.Write(ref isStuck, true);
        Eventually.Holds(() => log.Lines.Any(line => line.Contains("the loop did not come round within 0.1 s", StringComparison.Ordinal)), "the log to name the loop");
        manager.HearWhatIsThere();
        var meanwhile = manager.HearWhatIsThere();
        unstuck.SetResult();
        manager.HearUntil("WATCHDOG=1");

        meanwhile.Should().BeEmpty();
        log.Lines.Should().Contain(line => line.Contains("the loop comes round again", StringComparison.Ordinal));
        await stop.CancelAsync();
        await running.WaitAsync(Patience);
    }

    [Fact]
    public async Task An_idle_thread_of_USB_events_comes_round_when_it_is_asked_to()
    {
        using var thread = new UsbfsEventThread(splitBulk: false, NullLogger.Instance);
        using var patience = new CancellationTokenSource(Patience);

        var passing = async () => await thread.PassAsync(patience.Token);

        await passing.Should().NotThrowAsync();
    }

    [Fact]
    public async Task A_loop_that_waits_for_work_answers_and_still_gets_its_work()
    {
        var pulse = new LoopPulse();
        var work = new TaskCompletionSource<int>();
        var waiting = pulse.AwaitAsync(work.Task);
        using var patience = new CancellationTokenSource(Patience);

        await pulse.PassAsync(patience.Token);
        await pulse.PassAsync(patience.Token);
        work.SetResult(7);

        (await waiting.WaitAsync(Patience)).Should().Be(7);
    }

    [Fact]
    public async Task A_loop_whose_work_never_ends_answers_all_the_same()
    {
        var pulse = new LoopPulse();
        using var patience = new CancellationTokenSource(Patience);
        var passing = pulse.PassAsync(patience.Token);

        await pulse.AwaitAsync(Task.FromResult(1));

        await passing;
    }

    [Fact]
    public async Task Sockets_that_the_manager_made_are_served_and_listen_on_when_the_daemon_has_ended()
    {
        await using var machine = new Machine();
        using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        tcp.Listen();
        using var control = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        control.Bind(new UnixDomainSocketEndPoint(machine.ControlPath));
        control.Listen();
        machine.Service = new ServiceEnvironment { Sockets = PassedSockets.Sort([Passed(tcp), Passed(control)]) };

        machine.Start("serve");
        var status = await machine.RunAsync("status");
        using (var client = new TcpClient())
        {
            await client.ConnectAsync((IPEndPoint)tcp.LocalEndPoint!);
        }

        await machine.StopAsync();
        using var late = new TcpClient();
        await late.ConnectAsync((IPEndPoint)tcp.LocalEndPoint!);
        using var lateCommand = new ControlPeer(machine.ControlPath);

        machine.Endpoint.Should().Be(tcp.LocalEndPoint, "nothing else is listened on");
        status.Output.Should().Contain($"listening on {tcp.LocalEndPoint}");
        tcp.Poll(Patience, SelectMode.SelectRead).Should().BeTrue("the next daemon will find the client");
        control.Poll(Patience, SelectMode.SelectRead).Should().BeTrue("and the command");
    }

    [Fact]
    public async Task A_socket_of_the_managers_that_other_machines_reach_is_warned_of()
    {
        await using var machine = new Machine();
        using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new IPEndPoint(IPAddress.Any, 0));
        tcp.Listen();
        machine.Service = new ServiceEnvironment { Sockets = PassedSockets.Sort([Passed(tcp)]) };

        machine.Start("serve");

        machine.Log.Should().Contain(line => line.StartsWith($"Warning: PLAINTEXT: {tcp.LocalEndPoint}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_passed_socket_of_another_kind_is_refused_with_what_is_wanted()
    {
        using var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        var sort = () => PassedSockets.Sort([datagrams]);

        sort.Should().Throw<CommandException>().WithMessage("*InterNetwork Dgram*").Which.Hint.Should().Contain("ListenSequentialPacket");
    }

    /// <summary>The same descriptor as another process would have it: closing it there closes nothing here.</summary>
    private static Socket Passed(Socket socket) => new(new SafeSocketHandle(socket.Handle, ownsHandle: false));
}
