using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Devices.Virtual;
using UsbIp.Host.Configuration;
using UsbIp.Host.Control;
using UsbIp.Host.Server;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Control;

/// <summary>What a program on this machine may try on the control socket: it costs that program its connection, and nobody else anything.</summary>
public sealed class HostileControlPeerTests
{
    public static TheoryData<string, byte[]> BrokenRecords => new()
    {
        { "one byte", [0x55] },
        { "no magic", Changed(record => record[0] = 0) },
        { "another version", Changed(record => record[2] = 9) },
        { "a reply", Changed(record => record[3] = (byte)ControlKind.Reply) },
        { "a kind that there is not", Changed(record => record[3] = 200) },
        { "flags", Changed(record => record[7] = 1) },
        { "a length beyond the record", Changed(record => BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(12), 5000)) },
        { "a length of 4 GiB", Changed(record => BinaryPrimitives.WriteUInt32BigEndian(record.AsSpan(12), uint.MaxValue)) },
        { "a body that is no JSON", ControlPeer.Request((ushort)ControlOpcode.Export, "}{") },
        { "a body that is null", ControlPeer.Request((ushort)ControlOpcode.Export, "null") },
        { "a body without its property", ControlPeer.Request((ushort)ControlOpcode.Export, "{}") },
        { "a body of nested brackets", ControlPeer.Request((ushort)ControlOpcode.Export, new string('[', 60_000)) },
        { "a record above the limit", new byte[ControlHeader.Size + ControlHeader.MaxBody + 1] },
        { "a record far above the limit", new byte[150_000] },
    };

    [Theory]
    [MemberData(nameof(BrokenRecords))]
    public async Task A_broken_record_ends_its_connection_and_no_other(string what, byte[] record)
    {
        await using var daemon = new BareDaemon();
        using var bystander = ControlPeer.Greeted(daemon.Path);
        using var peer = ControlPeer.Greeted(daemon.Path);

        peer.Send(record);

        peer.ShouldBeClosed();
        bystander.Send(ControlPeer.Request((ushort)ControlOpcode.Status, "{}"));
        bystander.Receive().Header.Kind.Should().Be(ControlKind.Reply, $"the bystander sent no {what}");
        daemon.Log.Count(line => line.StartsWith("Warning", StringComparison.Ordinal)).Should().Be(1);
    }

    [Fact]
    public async Task A_request_before_the_hello_ends_the_connection()
    {
        await using var daemon = new BareDaemon();
        using var peer = new ControlPeer(daemon.Path);

        peer.Send(ControlPeer.Request((ushort)ControlOpcode.Status, "{}"));

        peer.ShouldBeClosed();
    }

    [Fact]
    public async Task Who_says_no_hello_is_cut_off()
    {
        await using var daemon = new BareDaemon(new ControlLimits { HelloWithin = TimeSpan.FromMilliseconds(50) });
        using var peer = new ControlPeer(daemon.Path);

        peer.ShouldBeClosed();

        Eventually.Holds(() => daemon.Log.Any(line => line.Contains("no hello", StringComparison.Ordinal)), "the log to say why");
    }

    [Fact]
    public async Task Connections_above_the_limit_are_told_so_and_room_comes_back_when_one_leaves()
    {
        await using var daemon = new BareDaemon(new ControlLimits { MaxClients = 2 });
        using var first = ControlPeer.Greeted(daemon.Path);
        var second = ControlPeer.Greeted(daemon.Path);
        using var third = new ControlPeer(daemon.Path);

        var (header, body) = third.Receive();
        second.Dispose();

        header.Kind.Should().Be(ControlKind.Error);
        body.Should().Contain("takes no more");
        Eventually.Holds(() => IsServed(daemon.Path), "room for another connection");
    }

    [Fact]
    public async Task Who_asks_and_never_reads_is_cut_off_and_the_daemon_still_ends_in_time()
    {
        await using var daemon = new BareDaemon(new ControlLimits { SendWithin = TimeSpan.FromMilliseconds(50), RequestsPerSecond = 1_000_000 }, devices: 900);
        using var peer = ControlPeer.Greeted(daemon.Path);

        Eventually.Holds(() => !peer.CanSend(ControlPeer.Request((ushort)ControlOpcode.Status, "{}")) && daemon.Log.Any(IsCutOff), "the daemon to lose patience");

        using var other = ControlPeer.Greeted(daemon.Path);
    }

    [Fact]
    public async Task Two_thousand_random_records_leave_the_daemon_as_it_was()
    {
        var random = new Random(20261121);
        await using var daemon = new BareDaemon(new ControlLimits { RequestsPerSecond = 1_000_000 });

        for (var round = 0; round < 2000; round++)
        {
            using var peer = new ControlPeer(daemon.Path);
            peer.CanSend(ControlPeer.Hello());
            peer.CanSend(Damaged(random));
        }

        Eventually.Holds(() => IsServed(daemon.Path), "the daemon to answer");
        daemon.Log.Should().NotContain(line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(107)]
    public async Task A_peer_with_a_name_longer_than_the_daemons_ends_nobody_but_itself(int length)
    {
        await using var daemon = new BareDaemon(new ControlLimits());
        for (var round = 0; round < 3; round++)
        {
            using var named = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
            named.Bind(new UnixDomainSocketEndPoint("\0" + Guid.NewGuid().ToString("N").PadRight(length - 1, 'n')));
            named.Connect(new UnixDomainSocketEndPoint(daemon.Path));
        }

        Eventually.Holds(() => IsServed(daemon.Path), "the daemon to answer");
    }

    private static bool IsCutOff(string line) => line.Contains("did not read", StringComparison.Ordinal);

    private static bool IsServed(string path)
    {
        using var peer = new ControlPeer(path);
        try
        {
            peer.Send(ControlPeer.Hello());
            return peer.Receive().Header.Kind == ControlKind.Reply;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static byte[] Damaged(Random random)
    {
        var record = ControlPeer.Request((ushort)random.Next(0, 7), """{"busId":"1-1","text":"x","force":true}""");
        for (var damage = random.Next(4); damage > 0; damage--)
        {
            record[random.Next(record.Length)] = (byte)random.Next(256);
        }

        return record[..random.Next(1, record.Length + 1)];
    }

    private static byte[] Changed(Action<byte[]> change)
    {
        var record = ControlPeer.Request((ushort)ControlOpcode.Status, "{}");
        change(record);
        return record;
    }

    /// <summary>The control server alone, with limits of the test's choice.</summary>
    private sealed class BareDaemon : IAsyncDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("usbip-host-");
        private readonly CancellationTokenSource _stop = new();
        private readonly LogLines _log = new();
        private readonly ILoggerFactory _loggers;
        private readonly ControlSocketFile _file;
        private readonly ScriptedBackend _backend = new();
        private readonly VirtualUsbBackend _virtualDevices = new();
        private readonly Task _run;

        public BareDaemon(ControlLimits? limits = null, int devices = 1)
        {
            for (var port = 1; port <= devices; port++)
            {
                _backend.Add($"1-1.{port}");
            }

            _loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(_log));
            _file = ControlSocketFile.Claim(Path);
            var configuration = new HostConfiguration(System.IO.Path.Combine(_directory.FullName, "config.yaml"), _loggers.CreateLogger("test"));
            var operations = new ControlOperations(
                new DeviceRegistry([_backend], _loggers),
                _virtualDevices,
                new ExportCheck("/nowhere", _ => true, () => { }),
                new RuleOperations(configuration, () => [], _ => null, _ => { }),
                new DaemonStatus("1", 1, default, []));
            _run = new ControlServer(_file, operations, limits ?? new ControlLimits(), TimeProvider.System, _loggers).RunAsync(_stop.Token);
        }

        public string Path => System.IO.Path.Combine(_directory.FullName, "control");

        public IEnumerable<string> Log => _log.Lines;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run.WaitAsync(TimeSpan.FromSeconds(20));
            _file.Dispose();
            _loggers.Dispose();
            _backend.Dispose();
            _virtualDevices.Dispose();
            _stop.Dispose();
            _directory.Delete(recursive: true);
        }
    }
}
