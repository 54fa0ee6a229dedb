using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using UsbIp.Client.Remote;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Remote;

[Collection(Standstill.Alone)]
public class HostConnectionTests
{
    [Fact]
    public void A_host_lists_its_devices()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick, SampleDevices.Modem]);
        using var connection = HostConnection.Connect(host.Address);

        var devices = connection.List();

        devices.Should().BeEquivalentTo([SampleDevices.Stick, SampleDevices.Modem with { Device = SampleDevices.Modem.Device with { InterfaceCount = 0 } }]);
    }

    [Fact]
    public void An_imported_device_comes_with_a_blocking_socket_without_timeouts()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick]);
        using var connection = HostConnection.Connect(host.Address);

        var device = connection.Import(BusId.Parse("2-1"));
        using var socket = connection.TakeSocket();

        device.Should().Be(SampleDevices.StickRecord);
        socket.Blocking.Should().BeTrue();
        socket.NoDelay.Should().BeTrue();
        socket.ReceiveTimeout.Should().Be(0);
        socket.SendTimeout.Should().Be(0);
    }

    [Fact]
    public void A_host_on_a_loopback_address_may_be_the_near_end_of_a_tunnel()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick]);
        using var connection = HostConnection.Connect(host.Address);

        connection.IsToThisMachine.Should().BeTrue();
    }

    [Fact]
    public void A_super_speed_plus_device_is_attached_as_super_speed()
    {
        using var host = FakeHost.Granting(SampleDevices.StickRecord with { Speed = UsbSpeed.SuperPlus });
        using var connection = HostConnection.Connect(host.Address);

        connection.Import(BusId.Parse("2-1")).Speed.Should().Be(UsbSpeed.Super);
    }

    [Theory]
    [InlineData(1, ExitCode.Refused, "request failed (ST_NA)")]
    [InlineData(2, ExitCode.Busy, "device busy (ST_DEV_BUSY)")]
    [InlineData(3, ExitCode.DeviceError, "device in error state (ST_DEV_ERR)")]
    [InlineData(4, ExitCode.NotFound, "device not found (ST_NODEV)")]
    [InlineData(5, ExitCode.Refused, "unexpected response (ST_ERROR)")]
    [InlineData(77, ExitCode.Refused, "unknown status 77")]
    public void Each_refusal_has_its_reason_its_number_and_a_hint(int status, ExitCode exitCode, string reason)
    {
        using var host = FakeHost.Refusing((OperationStatus)status);

        var error = ImportFails(host.Address);

        error.ExitCode.Should().Be(exitCode);
        error.Message.Should().Contain(reason).And.Contain("2-1").And.Contain(host.Address.ToString());
        error.Hint.Should().NotBeNull();
    }

    [Fact]
    public void A_grant_for_another_device_is_refused()
    {
        using var host = FakeHost.Granting(SampleDevices.Modem.Device);

        var error = ImportFails(host.Address);

        error.ExitCode.Should().Be(ExitCode.ProtocolError);
        error.Message.Should().EndWith("OP_REP_IMPORT: busid '1-1.4' is not the '2-1' that was asked for.");
    }

    [Theory]
    [InlineData(0, "its speed is 0 (unknown)")]
    [InlineData(4, "speed 4 is none of 1, 2, 3, 5 and 6")]
    [InlineData(7, "speed 7 is none of 1, 2, 3, 5 and 6")]
    public void A_device_of_no_speed_is_refused(int speed, string reason)
    {
        using var host = FakeHost.Granting(SampleDevices.StickRecord with { Speed = (UsbSpeed)speed });

        var error = ImportFails(host.Address);

        error.ExitCode.Should().Be(ExitCode.ProtocolError);
        error.Message.Should().Contain(reason);
    }

    [Theory]
    [InlineData("0106000300000000", ExitCode.ProtocolMismatch, "speaks USB/IP version 0x0106")]
    [InlineData("5353482D322E302D", ExitCode.ProtocolMismatch, "its answer begins with 'SSH-'")]
    [InlineData("1503010002022800", ExitCode.ProtocolMismatch, "speaks TLS")]
    [InlineData("0111000500000000", ExitCode.ProtocolError, "the reply's code is 0x0005; 0x0003 was expected")]
    [InlineData("01110003", ExitCode.Network, "closed the connection without a whole answer")]
    [InlineData("", ExitCode.Network, "closed the connection without a whole answer")]
    [InlineData("011100030000000000", ExitCode.Network, "closed the connection without a whole answer")]
    public void An_answer_that_is_none_is_told_from_others(string hex, ExitCode exitCode, string reason)
    {
        using var host = FakeHost.Answering(Convert.FromHexString(hex));

        var error = ImportFails(host.Address);

        error.ExitCode.Should().Be(exitCode);
        error.Message.Should().Contain(reason);
    }

    [Fact]
    public void A_list_of_too_many_devices_is_refused_before_it_is_read()
    {
        using var host = FakeHost.Answering(Convert.FromHexString("0111000500000000" + "FFFFFFFF"));
        using var connection = HostConnection.Connect(host.Address);

        var list = connection.List;

        var error = list.Should().Throw<CommandException>().Which;
        error.ExitCode.Should().Be(ExitCode.ProtocolError);
        error.Message.Should().Contain("ndev 4294967295 exceeds the limit of 1024 devices");
    }

    [Fact]
    public void A_host_where_nobody_listens_refuses()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = new HostAddress("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port);
        listener.Stop();

        var error = ConnectFails(address);

        error.ExitCode.Should().Be(ExitCode.Network);
        error.Message.Should().Be($"{address} refuses connections: nothing listens on TCP port {address.Port} there.");
    }

    [Fact]
    public void A_name_that_does_not_resolve_is_named()
    {
        var error = ConnectFails(new HostAddress("no-such-host.invalid"));

        error.ExitCode.Should().Be(ExitCode.UnknownHost);
        error.Message.Should().Be("The host name 'no-such-host.invalid' does not resolve to an address.");
    }

    [Fact]
    public void A_host_that_does_not_answer_the_connection_times_out()
    {
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(0);
        var address = new HostAddress("127.0.0.1", ((IPEndPoint)deaf.LocalEndPoint!).Port);
        using var first = HostConnection.Connect(address); // fills the accept queue: the kernel drops what comes after

        var error = ConnectFails(address, TimeSpan.FromSeconds(1));

        error.ExitCode.Should().Be(ExitCode.Timeout);
        error.Message.Should().Be($"{address} did not answer within 1 s.");
    }

    [Fact]
    public async Task Whoever_is_stopped_while_connecting_and_goes_on_is_not_told_of_a_network_that_fails()
    {
        using var standstill = new Standstill(TimeSpan.FromMilliseconds(20));
        using var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        deaf.Listen(0);
        var address = new HostAddress("127.0.0.1", ((IPEndPoint)deaf.LocalEndPoint!).Port);
        using var first = HostConnection.Connect(address); // fills the accept queue
        var connecting = Task.Run(() => ConnectFails(address, TimeSpan.FromSeconds(1)));
        Eventually.Holds(() => IsConnecting(address.Port), "a connection that is being made");

        standstill.Begin();

        (await connecting).ExitCode.Should().Be(ExitCode.Timeout);
    }

    [Fact]
    public void A_stop_ends_the_wait_for_an_answer()
    {
        using var stop = new CancellationTokenSource();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = new HostAddress("127.0.0.1", ((IPEndPoint)silent.LocalEndpoint).Port);
        using var connection = HostConnection.Connect(address, stop: stop.Token);
        using var accepted = silent.AcceptSocket();

        var list = Task.Run(connection.List);
        accepted.Receive(new byte[OperationHeader.Size]); // the request is there: the client waits for its answer
        stop.Cancel();

        var wait = () => list.Wait(TimeSpan.FromSeconds(5));
        wait.Should().Throw<OperationCanceledException>();
    }

    private static bool IsConnecting(int port) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Any(connection => connection.State == TcpState.SynSent && connection.RemoteEndPoint.Port == port);

    private static CommandException ConnectFails(HostAddress address, TimeSpan? timeout = null)
    {
        var connect = () => HostConnection.Connect(address, timeout).Dispose();
        return connect.Should().Throw<CommandException>().Which;
    }

    private static CommandException ImportFails(HostAddress address)
    {
        using var connection = HostConnection.Connect(address);
        var import = () => connection.Import(BusId.Parse("2-1"));
        return import.Should().Throw<CommandException>().Which;
    }
}
