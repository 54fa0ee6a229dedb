using System.Text.Json;
using UsbIp.Host.Control;

namespace UsbIp.Host.Tests.Control;

/// <summary>The control socket as a well-behaved peer sees it.</summary>
public sealed class ControlProtocolTests
{
    [Fact]
    public async Task Hello_tells_the_program_and_its_version_under_the_sequence_number_of_the_request()
    {
        await using var machine = new Machine();
        machine.Serve();
        using var peer = new ControlPeer(machine.ControlPath);

        peer.Send(ControlPeer.Request(1, """{"program":"test","version":"1"}""", sequence: 77));
        var (header, body) = peer.Receive();

        header.Should().Be(new ControlHeader(ControlKind.Reply, ControlOpcode.Hello, ControlFlags.None, 77, body.Length));
        JsonDocument.Parse(body).RootElement.GetProperty("program").GetString().Should().Be("usbip-host");
    }

    [Fact]
    public async Task An_unknown_request_gets_an_error_and_the_connection_goes_on()
    {
        await using var machine = new Machine();
        machine.Serve();
        using var peer = ControlPeer.Greeted(machine.ControlPath);

        peer.Send(ControlPeer.Request(4711, "{}", sequence: 2));
        var (refused, error) = peer.Receive();
        peer.Send(ControlPeer.Request((ushort)ControlOpcode.Status, "{}", sequence: 3));
        var (answered, _) = peer.Receive();

        refused.Kind.Should().Be(ControlKind.Error);
        error.Should().Contain("4711").And.Contain("\"exitCode\":7");
        answered.Should().Match<ControlHeader>(header => header.Kind == ControlKind.Reply && header.Sequence == 3);
    }

    [Fact]
    public async Task An_answer_longer_than_a_record_goes_in_several_and_the_client_joins_them()
    {
        await using var machine = new Machine();
        for (var port = 1; port <= 900; port++)
        {
            machine.Devices.Add(SampleDevices.Device($"1-{port % 256}.{port}", 0x1209, 1) with { Product = new string('p', 100) });
        }

        machine.Serve();
        using var peer = ControlPeer.Greeted(machine.ControlPath);
        using var client = ControlClient.TryConnect([machine.ControlPath]);

        peer.Send(ControlPeer.Request((ushort)ControlOpcode.Status, "{}"));
        var (first, _) = peer.Receive();
        var status = client!.Status();

        first.Flags.Should().Be(ControlFlags.More);
        first.Length.Should().Be(ControlHeader.MaxBody);
        status.Devices.Should().HaveCount(900);
    }

    [Fact]
    public async Task A_device_that_cannot_be_exported_is_an_error_with_exit_code_and_hint()
    {
        await using var machine = new Machine();
        machine.Serve();
        using var peer = ControlPeer.Greeted(machine.ControlPath);

        peer.Send(ControlPeer.Request((ushort)ControlOpcode.Export, """{"busId":"9-9"}"""));
        var (header, body) = peer.Receive();

        header.Kind.Should().Be(ControlKind.Error);
        body.Should().Be(
            """{"exitCode":5,"message":"There is no device 9-9 on this machine.","hint":"usbip-host list, which shows the devices that there are"}""");
    }

    [Fact]
    public async Task Requests_faster_than_the_limit_wait_and_are_all_answered()
    {
        await using var machine = new Machine();
        machine.Serve();
        using var peer = ControlPeer.Greeted(machine.ControlPath);
        var started = TimeProvider.System.GetTimestamp();

        for (var sequence = 1u; sequence <= 30; sequence++)
        {
            peer.Send(ControlPeer.Request(4711, "{}", sequence));
            peer.Receive().Header.Sequence.Should().Be(sequence);
        }

        TimeProvider.System.GetElapsedTime(started).Should().BeGreaterThan(TimeSpan.FromMilliseconds(450), "20 may come at once, and 20 more per second");
    }
}
