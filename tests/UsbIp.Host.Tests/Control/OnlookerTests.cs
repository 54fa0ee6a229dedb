using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Devices.Virtual;
using UsbIp.Host.Configuration;
using UsbIp.Host.Control;
using UsbIp.Host.Server;

namespace UsbIp.Host.Tests.Control;

/// <summary>Users who may look at the daemon and not control it.</summary>
public sealed class OnlookerTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("usbip-host-").FullName;
    private readonly VirtualUsbBackend _devices = new();
    private readonly CancellationTokenSource _stop = new();
    private ControlSocketFile _file = null!;
    private ControlPeer _peer = null!;
    private Task _session = null!;

    public async Task InitializeAsync()
    {
        _devices.Add(VirtualDeviceSpec.Parse("zero"));
        var registry = new DeviceRegistry([_devices], NullLoggerFactory.Instance);
        var rules = new RuleOperations(new HostConfiguration(Path.Combine(_directory, "config.yaml"), NullLogger.Instance), () => [], _ => null, _ => { });
        var operations = new ControlOperations(
            registry, _devices, new ExportCheck(_directory, _ => true, () => { }), rules, new DaemonStatus("1", 1, DateTimeOffset.UnixEpoch, []));
        _file = ControlSocketFile.Claim(Path.Combine(_directory, "control"));
        _peer = new ControlPeer(Path.Combine(_directory, "control"));
        var accepted = await _file.Socket.AcceptAsync();
        var user = new PeerCredentials(1, 1000, 1000, []);
        _session = new ControlSession(accepted, user, mayControl: false, operations, new ControlLimits(), TimeProvider.System, NullLogger.Instance).RunAsync(_stop.Token);
        _peer.Send(ControlPeer.Hello());
        _peer.Receive();
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _session;
        _peer.Dispose();
        _file.Dispose();
        _devices.Dispose();
        _stop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void They_see_the_devices()
    {
        _peer.Send(ControlPeer.Request((ushort)ControlOpcode.Status, "{}"));

        var (header, body) = _peer.Receive();

        header.Kind.Should().Be(ControlKind.Reply);
        body.Should().Contain("\"busId\":\"250-1\"");
    }

    [Theory]
    [InlineData(ControlOpcode.Export, """{"busId":"250-1"}""")]
    [InlineData(ControlOpcode.Unexport, """{"busId":"250-1","force":true}""")]
    [InlineData(ControlOpcode.Type, """{"text":"x"}""")]
    [InlineData(ControlOpcode.Reload, "{}")]
    [InlineData(ControlOpcode.SetAlias, """{"name":"a","identities":["serial:1"],"add":false}""")]
    [InlineData(ControlOpcode.RemoveAlias, """{"name":"a"}""")]
    [InlineData(ControlOpcode.AddRule, """{"allow":true,"device":"1-2","from":[],"force":false}""")]
    [InlineData(ControlOpcode.RemoveRule, """{"number":1,"seen":{"allow":true,"device":"1-2","from":[],"force":false}}""")]
    [InlineData((ControlOpcode)0xFFFF, "{}")]
    public void They_change_nothing_and_are_told_how_they_could(ControlOpcode opcode, string request)
    {
        _peer.Send(ControlPeer.Request((ushort)opcode, request));

        var (header, body) = _peer.Receive();

        header.Kind.Should().Be(ControlKind.Error);
        body.Should().Contain("User 1000 may look at this daemon, but not control it.").And.Contain("usbip-admin");
    }
}
