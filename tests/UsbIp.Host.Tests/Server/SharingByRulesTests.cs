using System.Net;
using UsbIp.Host.Configuration;
using UsbIp.Host.Rules;
using UsbIp.Host.Server;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Server;

/// <summary>What rules and aliases mean to clients that wait for a device, or want it from another.</summary>
public sealed class SharingByRulesTests
{
    private static readonly BusId Device = BusId.Parse("1-2");

    private static readonly RemoteClient Here = new("127.0.0.1:40000", IPAddress.Loopback);

    private static readonly RemoteClient Elsewhere = new("10.0.0.7:40000", IPAddress.Parse("10.0.0.7"));

    private static readonly HostRules NotForThisMachine = ConfigurationReader.Read("rules: [{deny: 1-2, from: 127.0.0.0/8}]");

    [Theory]
    [InlineData(Extensions.Reasons)]
    [InlineData(Extensions.Reasons | Extensions.Wait)]
    [InlineData(Extensions.Reasons | Extensions.TakeOver)]
    public async Task A_client_that_rules_keep_out_takes_nothing_over_and_learns_nothing(Extensions offered)
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        host.Registry.ChangePolicy(Device, policy => policy with { MayBeTakenOver = true });
        host.Registry.TryLease(Device, Elsewhere, out var lease).Should().Be(OperationStatus.Ok);
        host.Registry.Apply(NotForThisMachine);
        using var client = host.Connect();

        client.Import("1-2", offered).Should().Be(OperationStatus.NoDevice);
        var detail = client.ReadDetail();

        detail.Should().Be(new ImportDetail("", 0, 0, 0, 0, ""));
        host.Registry.TakeOver(Device, Here, out _, out _).Should().BeNull();
        host.Registry.Join(Device, Here).Should().BeNull();
        host.Registry.List().Single().Holder!.Client.Should().Be(Elsewhere.Name);
        lease!.Release(Task.CompletedTask);
    }

    [Fact]
    public async Task A_client_that_waits_is_sent_away_when_rules_no_longer_let_it_have_the_device()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        host.Registry.TryLease(Device, Elsewhere, out var lease).Should().Be(OperationStatus.Ok);
        using var waiting = host.Connect();
        waiting.Ask("1-2", Extensions.Wait);
        waiting.ReadPlace().Should().Be(1);

        host.Registry.Apply(NotForThisMachine);

        waiting.ReadUntilAnswered().Should().Be(OperationStatus.NoDevice);
        host.Registry.List().Single().Holder!.Client.Should().Be(Elsewhere.Name);
        lease!.Release(Task.CompletedTask);
    }

    [Fact]
    public async Task A_device_is_waited_for_and_taken_over_by_its_alias()
    {
        await using var host = new RunningHost();
        host.Registry.Apply(ConfigurationReader.Read("aliases: {stick: 'port:1-2'}"));
        host.Export("1-2");
        host.Registry.ChangePolicy(Device, policy => policy with { MayBeTakenOver = true });
        using var holder = host.Import("1-2");
        using var waiting = host.Connect();
        waiting.Ask("stick", Extensions.Wait);
        waiting.ReadPlace().Should().Be(1);
        using var taker = host.Connect();
        taker.Ask("stick", Extensions.TakeOver);

        taker.ReadUntilGranted().BusId.ToString().Should().Be("stick");

        holder.IsClosedByHost().Should().BeTrue();
        host.Registry.List().Single().Holder!.Client.Should().Be(taker.Socket.LocalEndPoint!.ToString());
    }
}
