using System.Text.Json;
using UsbIp.Host.Tests.Control;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Commands;

public sealed class SharingCommandTests
{
    [Fact]
    public async Task Kick_takes_the_device_from_its_client_and_says_from_whom()
    {
        await using var machine = Exporting();
        using var holder = new RawClient(machine.Endpoint);
        holder.Import("1-2", Extensions.Reasons).Should().Be(OperationStatus.Ok);

        var kicked = await machine.RunAsync("kick", "serial:4C530001", "--reason", "lunch");

        kicked.Should().Be(new CommandResult(ExitCode.Success, $"taken from {holder.Socket.LocalEndPoint}: 1-2\n", ""));
        Farewell.Read(holder.Read(Farewell.Size)).Reason.Should().Be("ended on the host: lunch");
        using var next = new RawClient(machine.Endpoint);
        Eventually.Holds(() => machine.Log.Any(line => line.Contains("is back with this machine", StringComparison.Ordinal)), "the device to be back");
        next.Import("1-2").Should().Be(OperationStatus.Ok, "it is still exported");
    }

    [Fact]
    public async Task Nobody_can_be_kicked_from_a_free_device()
    {
        await using var machine = Exporting();

        var kicked = await machine.RunAsync("kick", "1-2");

        kicked.ExitCode.Should().Be(ExitCode.NotFound);
        kicked.Error.Should().StartWith("usbip-host: Nobody holds device 1-2.");
    }

    [Fact]
    public async Task A_reason_that_would_not_fit_is_refused_before_anything_happens()
    {
        await using var machine = Exporting();
        using var holder = new RawClient(machine.Endpoint);
        holder.Import("1-2");

        var kicked = await machine.RunAsync("kick", "1-2", "--reason", new string('r', 101));

        kicked.ExitCode.Should().Be(ExitCode.Usage);
        (await machine.RunAsync("status")).Output.Should().Contain("held by");
    }

    [Fact]
    public async Task An_export_can_allow_take_over()
    {
        await using var machine = Exporting("--allow-take-over");
        using var holder = new RawClient(machine.Endpoint);
        holder.Import("1-2").Should().Be(OperationStatus.Ok);
        using var taker = new RawClient(machine.Endpoint);

        taker.Ask("1-2", Extensions.TakeOver);

        holder.IsClosedByHost().Should().BeTrue();
    }

    [Fact]
    public async Task An_export_can_take_the_device_back_from_an_idle_client_also_one_that_is_there_already()
    {
        await using var machine = Exporting();
        using var holder = new RawClient(machine.Endpoint);
        holder.Import("1-2").Should().Be(OperationStatus.Ok);

        (await machine.RunAsync("export", "1-2", "--idle-release", "1s")).ExitCode.Should().Be(ExitCode.Success);

        holder.IsClosedByHost().Should().BeTrue();
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("10x")]
    [InlineData("400d")]
    public async Task A_time_that_is_none_is_a_usage_error(string time)
    {
        await using var machine = Exporting();

        (await machine.RunAsync("export", "1-2", "--idle-release", time)).ExitCode.Should().Be(ExitCode.Usage);
    }

    [Fact]
    public async Task Status_says_how_busy_a_holder_is_and_how_many_wait()
    {
        await using var machine = Exporting();
        using var holder = new RawClient(machine.Endpoint);
        holder.Import("1-2");
        using var waiting = new RawClient(machine.Endpoint);
        waiting.Ask("1-2", Extensions.Wait);
        OperationHeader.Read(waiting.Read(OperationHeader.Size)).Code.Should().Be(OperationCode.WaitReply);

        var text = await machine.RunAsync("status");
        var json = JsonDocument.Parse((await machine.RunAsync("status", "--json")).Output).RootElement.GetProperty("devices")[0];

        text.Output.Should().Contain($"held by {holder.Socket.LocalEndPoint} since ").And.Contain(", 1 waits");
        json.GetProperty("waiting").GetInt32().Should().Be(1);
        json.GetProperty("holder").GetProperty("urbs").GetInt64().Should().Be(0);
        json.GetProperty("holder").GetProperty("idleSeconds").GetDouble().Should().BeGreaterThanOrEqualTo(0);
    }

    private static Machine Exporting(params string[] options)
    {
        var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve(["--export", "1-2", .. options]);
        return machine;
    }
}
