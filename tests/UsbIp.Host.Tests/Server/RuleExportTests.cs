using UsbIp.Devices;
using UsbIp.Host.Configuration;
using UsbIp.Host.Server;
using UsbIp.Host.Tests.Control;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Server;

/// <summary>What rules and aliases mean to clients of the running server.</summary>
public sealed class RuleExportTests
{
    private const string AliasAndRule = "aliases: {stick: 'serial:4C530001'}\nrules: [{allow: stick}]";

    [Fact]
    public async Task What_a_rule_allows_is_exported_when_it_is_plugged_in_and_nothing_else_is()
    {
        await using var host = new RunningHost();
        host.Registry.Apply(ConfigurationReader.Read(AliasAndRule));

        host.Backend.Plug(SampleDevices.Keyboard);
        host.Backend.Plug(SampleDevices.Stick);

        host.WaitForLog("1-2: exported (0781:5581), rule 1 says: allow \"stick\".");
        List(host).Should().Equal("1-2");
    }

    [Fact]
    public async Task How_a_rule_shares_a_device_outlives_its_unplugging()
    {
        await using var host = new RunningHost();
        host.Registry.Apply(ConfigurationReader.Read("rules: [{allow: 0781:5581, allow-take-over: true}]"));
        for (var round = 0; round < 2; round++)
        {
            host.Backend.Plug(SampleDevices.Stick);
            Eventually.Holds(() => List(host).Count == 1, "the stick to be exported");
            using (var holder = host.Import("1-2"))
            {
                var ticket = host.Registry.TakeOver(BusId.Parse("1-2"), new RemoteClient("taker", null), out _, out _);
                ticket.Should().NotBeNull("the rule lets it be taken over");
                host.Registry.Leave(ticket!);
            }

            host.WaitUntilFree("1-2");
            host.Backend.Unplug("1-2");
        }
    }

    [Fact]
    public async Task A_device_keeps_its_name_in_another_port()
    {
        await using var host = new RunningHost();
        host.Registry.Apply(ConfigurationReader.Read(AliasAndRule));
        host.Backend.Plug(SampleDevices.Stick);
        host.WaitForLog("1-2: exported");
        using (var before = host.Import("stick"))
        {
            before.Record!.BusId.ToString().Should().Be("stick", "clients compare the reply with what they asked for");
            DeviceDescription.Read(before.Record.Path).Aliases.Should().Equal("stick");
        }

        host.WaitUntilFree("1-2");
        host.Backend.Unplug("1-2");
        host.Backend.Plug(SampleDevices.Stick with { BusId = BusId.Parse("1-4.1"), DeviceNumber = 9 });
        host.WaitForLog("1-4.1: exported");

        List(host).Should().Equal("1-4.1");
        using var after = host.Import("stick");
        after.DeviceId.Should().Be(new DeviceId(1, 9));
    }

    [Fact]
    public async Task Every_identity_of_an_alias_is_the_device()
    {
        await using var host = new RunningHost();
        host.Registry.Apply(ConfigurationReader.Read("aliases: {board: ['0483:df11', '0483:5740']}\nrules: [{allow: board}]"));

        for (var round = 0; round < 20; round++)
        {
            host.Backend.Plug(SampleDevices.Device("1-3", 0x0483, (ushort)(round % 2 == 0 ? 0xdf11 : 0x5740)));
            Eventually.Holds(() => List(host).Count == 1, "the board to be exported");
            using (host.Import("board"))
            {
            }

            host.WaitUntilFree("1-3");
            host.Backend.Unplug("1-3");
            Eventually.Holds(() => List(host).Count == 0, "the board to be gone");
        }
    }

    [Fact]
    public async Task A_client_that_no_rule_is_for_sees_nothing_and_gets_nothing()
    {
        await using var host = new RunningHost();
        host.Backend.Add(SampleDevices.Stick);
        host.Registry.Apply(ConfigurationReader.Read("rules: [{allow: class:storage, from: 10.0.0.0/8}]"));

        List(host).Should().BeEmpty();
        Import(host, "1-2").Should().Be(OperationStatus.NoDevice);
        host.WaitForLog("may not have it, for no rule allows it.");
        host.Registry.Apply(ConfigurationReader.Read("rules: [{allow: class:storage, from: [10.0.0.0/8, 127.0.0.1]}]"));
        List(host).Should().Equal("1-2");
        Import(host, "1-2").Should().Be(OperationStatus.Ok);
    }

    [Fact]
    public async Task What_somebody_exports_needs_no_rule_but_a_deny_keeps_its_clients_out()
    {
        await using var host = new RunningHost();
        host.Export("1-2");

        Import(host, "1-2").Should().Be(OperationStatus.Ok);
        host.Registry.Apply(ConfigurationReader.Read("rules: [{deny: 1-2, from: 127.0.0.0/8}]"));

        Import(host, "1-2").Should().Be(OperationStatus.NoDevice);
        host.Registry.Apply(ConfigurationReader.Read("rules: []"));
        Import(host, "1-2").Should().Be(OperationStatus.Ok);
    }

    [Theory]
    [InlineData("rules: []")]
    [InlineData("rules: [{allow: class:storage}, {deny: 0781:5581}]")]
    [InlineData("rules: [{allow: class:storage, from: 10.0.0.0/8}]")]
    public async Task Rules_that_no_longer_allow_a_session_end_it(string text)
    {
        await using var host = new RunningHost();
        host.Backend.Add(SampleDevices.Stick);
        host.Registry.Apply(ConfigurationReader.Read("rules: [{allow: class:storage}]"));
        using var client = host.Import("1-2");

        host.Registry.Apply(ConfigurationReader.Read(text));

        host.WaitUntilFree("1-2");
        List(host).Should().BeEmpty();
    }

    [Fact]
    public async Task Rules_that_still_allow_a_session_leave_it_alone()
    {
        await using var host = new RunningHost();
        host.Backend.Add(SampleDevices.Stick);
        host.Registry.Apply(ConfigurationReader.Read("rules: [{allow: class:storage}]"));
        using var client = host.Import("1-2");

        host.Registry.Apply(ConfigurationReader.Read("rules: [{allow: 0781:5581, from: 127.0.0.1}]"));

        host.Registry.List().Single().Holder.Should().NotBeNull();
    }

    [Fact]
    public async Task A_name_that_two_devices_have_is_neither_and_the_log_lists_them()
    {
        await using var host = new RunningHost();
        host.Backend.Add(SampleDevices.Stick);
        host.Backend.Add(SampleDevices.Stick with { BusId = BusId.Parse("1-3"), DeviceNumber = 6 });
        host.Registry.Apply(ConfigurationReader.Read(AliasAndRule));

        Import(host, "stick").Should().Be(OperationStatus.NoDevice);

        host.WaitForLog("2 devices are 'stick': 1-2 (0781:5581 Ultra, serial 4C530001); 1-3 (");
    }

    [Fact]
    public async Task A_mounted_disk_is_not_given_away_by_a_rule_unless_it_says_so()
    {
        await using var host = new RunningHost();
        host.Backend.Add(SampleDevices.Stick);
        host.Backend.Use = new DeviceUse("sda1 is mounted on /", "umount '/'");
        host.Registry.Apply(ConfigurationReader.Read("rules: [{allow: class:storage}]"));

        Import(host, "1-2").Should().Be(OperationStatus.DeviceBusy);
        host.WaitForLog("sda1 is mounted on /.");
        host.Registry.Apply(ConfigurationReader.Read("rules: [{allow: class:storage, force: true}]"));

        Import(host, "1-2").Should().Be(OperationStatus.Ok);
    }

    private static List<string> List(RunningHost host)
    {
        using var client = host.Connect();
        return [.. client.List().Select(device => device.Device.BusId.ToString())];
    }

    /// <summary>Imports, and gives the device back at once.</summary>
    private static OperationStatus Import(RunningHost host, string busId)
    {
        OperationStatus status;
        using (var client = host.Connect())
        {
            status = client.Import(busId);
        }

        Eventually.Holds(() => host.Registry.List().All(device => device.Holder is null), "the device to be given back");
        return status;
    }
}
