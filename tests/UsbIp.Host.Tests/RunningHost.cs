using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using UsbIp.Host.Server;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests;

/// <summary>
/// The real server on a loopback port over scripted devices. When a test ends it asserts that every session ended, every transfer is back and every device
/// is closed.
/// </summary>
public sealed class RunningHost : IAsyncDisposable
{
    private readonly LogLines _log = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ILoggerFactory _loggers;
    private readonly UsbIpServer _server;
    private readonly Task _run;
    private readonly List<ScriptedDevice> _devices = [];
    private readonly ConcurrentDictionary<string, int> _linesBefore = [];

    public RunningHost(ServerOptions? options = null)
    {
        _loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Debug).AddProvider(_log));
        Registry = new DeviceRegistry([Backend], _loggers);
        _server = new UsbIpServer(Registry, options ?? new ServerOptions(), _loggers);
        Endpoint = _server.Listen(new IPEndPoint(IPAddress.Loopback, 0));
        _run = _server.RunAsync(_stop.Token);
    }

    public ScriptedBackend Backend { get; } = new();

    public DeviceRegistry Registry { get; }

    public IPEndPoint Endpoint { get; }

    /// <summary>The test provokes a fault, so that the log may have one.</summary>
    public bool ExpectsFault { get; init; }

    public IReadOnlyCollection<string> LogLines => _log.Lines;

    public long BytesInFlight => _server.BytesInFlight;

    public int ConnectionCount => _server.ConnectionCount;

    /// <summary>Adds a device and exports it.</summary>
    public ScriptedDevice Export(string busId, params IReadOnlyList<ConfigurationDescriptor> configurations)
    {
        var device = Backend.Add(busId, configurations);
        _devices.Add(device);
        Registry.Export(BusId.Parse(busId));
        return device;
    }

    /// <summary>Unplugs an exported device and plugs it in again.</summary>
    public ScriptedDevice Replug(string busId)
    {
        var device = Backend.Replug(busId);
        _devices.Add(device);
        return device;
    }

    /// <summary>Its name is its port, and the system may give it the port of a client that is gone: what the log said of that one is left out.</summary>
    public RawClient Connect()
    {
        var before = LogLines.Count;
        var client = new RawClient(Endpoint);
        _linesBefore[client.Name] = before;
        return client;
    }

    /// <summary>A client with the device imported.</summary>
    public RawClient Import(string busId)
    {
        var client = Connect();
        client.Import(busId).Should().Be(OperationStatus.Ok);
        return client;
    }

    /// <summary>Waits until the device is given back and the next client may have it.</summary>
    public void WaitUntilFree(string busId) =>
        Eventually.Holds(() => Registry.List().Single(device => device.Info.BusId.ToString() == busId).Holder is null, $"{busId} to be given back");

    /// <summary>Waits until the log has a line with that text.</summary>
    public string WaitForLog(string text)
    {
        string? line = null;
        Eventually.Holds(() => (line = LogLines.FirstOrDefault(entry => entry.Contains(text, StringComparison.Ordinal))) is not null, $"a log line with '{text}'");
        return line!;
    }

    /// <summary>Waits until the session of a device is over: what the log says of it beyond the ordinary, which must be one line that names its client.</summary>
    public string WaitForOnlyComplaint(string busId, RawClient client)
    {
        Eventually.Holds(() => LogLines.Any(line => line.Contains($"{busId}: the device is back", StringComparison.Ordinal)), $"the end of the session with {busId}");
        return LogLines.Should().ContainSingle(line => IsComplaint(line)).Which.Should().Contain($"{client.Name} {busId}: ").And.Subject;
    }

    /// <summary>Waits until the host has closed a connection that has imported nothing: all that the log says of it, which must be one line.</summary>
    public string WaitForOnlyLine(RawClient client)
    {
        client.IsClosedByHost().Should().BeTrue();
        return LinesOf(client).Should().ContainSingle().Subject;
    }

    /// <summary>What the log says of a client.</summary>
    public IReadOnlyList<string> LinesOf(RawClient client) => [.. LogLines.Skip(_linesBefore.GetValueOrDefault(client.Name)).Where(line => line.Contains($"{client.Name}: ", StringComparison.Ordinal) || line.Contains($"{client.Name} ", StringComparison.Ordinal))];

    /// <summary>What the log says of a client beyond the ordinary.</summary>
    public IReadOnlyList<string> ComplaintsOf(RawClient client) => [.. LinesOf(client).Where(IsComplaint)];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.WaitAsync(TimeSpan.FromSeconds(30));
        _server.Dispose();
        foreach (var device in _devices)
        {
            device.TransfersOut.Should().Be(0, "every transfer must have completed");
            device.TransfersAlive.Should().Be(0, "every transfer must have been given back");
            device.IsOpen.Should().BeFalse("the device must have been given back");
        }

        _server.BytesInFlight.Should().Be(0, "the budget must be whole again");
        LogLines.Should().NotContain(line => !ExpectsFault && line.Contains("fault of this program", StringComparison.Ordinal));
        _stop.Dispose();
        _loggers.Dispose();
        Backend.Dispose();
    }

    private static bool IsComplaint(string line) =>
        !line.StartsWith(nameof(LogLevel.Information), StringComparison.Ordinal) && !line.StartsWith(nameof(LogLevel.Debug), StringComparison.Ordinal);
}
