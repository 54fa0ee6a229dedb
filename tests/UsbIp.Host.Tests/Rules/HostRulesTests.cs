using System.Net;
using UsbIp.Devices;
using UsbIp.Host.Configuration;
using UsbIp.Host.Rules;
using UsbIp.Host.Tests.Control;
using UsbIp.Protocol.Selection;

namespace UsbIp.Host.Tests.Rules;

/// <summary>What rules say of devices and clients.</summary>
public sealed class HostRulesTests
{
    private static readonly IPAddress Near = IPAddress.Parse("192.168.1.7");
    private static readonly IPAddress Far = IPAddress.Parse("10.0.0.1");

    [Fact]
    public void Without_rules_nothing_is_exported()
    {
        var decision = HostRules.None.ForExport(HostRules.None.TraitsOf(SampleDevices.Stick));

        decision.Should().Be(new RuleDecision(RuleVerdict.NotMentioned));
        decision.Reason.Should().Be("no rule allows it");
    }

    [Fact]
    public void An_allow_exports_what_it_selects()
    {
        var rules = Parse("rules: [{allow: class:storage}]");

        Export(rules, SampleDevices.Stick).Reason.Should().Be("rule 1 says: allow \"class:storage\"");
        Export(rules, SampleDevices.Keyboard).Verdict.Should().Be(RuleVerdict.NotMentioned);
    }

    [Theory]
    [InlineData("rules: [{allow: class:storage}, {deny: 0781:5581}]", 2)]
    [InlineData("rules: [{deny: 0781:5581}, {allow: class:storage}]", 1)]
    public void A_deny_wins_wherever_it_stands(string text, int decides)
    {
        var decision = Export(Parse(text), SampleDevices.Stick);

        (decision.Verdict, decision.Number).Should().Be((RuleVerdict.Denied, decides));
    }

    [Fact]
    public void A_rule_for_some_clients_is_for_no_others()
    {
        var rules = Parse("rules: [{allow: class:storage, from: [192.168.1.0/24, '::1']}]");

        Export(rules, SampleDevices.Stick).IsAllowed.Should().BeTrue();
        Client(rules, SampleDevices.Stick, Near).IsAllowed.Should().BeTrue();
        Client(rules, SampleDevices.Stick, IPAddress.IPv6Loopback).IsAllowed.Should().BeTrue();
        Client(rules, SampleDevices.Stick, Far).Verdict.Should().Be(RuleVerdict.NotMentioned);
        Client(rules, SampleDevices.Stick, null).IsAllowed.Should().BeFalse();
    }

    [Fact]
    public void Of_two_rules_for_a_device_the_shorter_time_counts_and_either_lets_it_be_taken_over()
    {
        var rules = Parse("rules: [{allow: class:storage, idle-release: 10m}, {allow: 0781:5581, idle-release: 5m, allow-take-over: true}, {allow: class:hid, idle-release: 1s}]");

        rules.SharingOf(rules.TraitsOf(SampleDevices.Stick)).Should().Be(new ExportPolicy(TimeSpan.FromMinutes(5), MayBeTakenOver: true));
        rules.SharingOf(rules.TraitsOf(SampleDevices.Keyboard)).Should().Be(new ExportPolicy(), "a keyboard needs to be named");
    }

    [Fact]
    public void A_deny_for_some_clients_leaves_the_device_to_the_others()
    {
        var rules = Parse("rules: [{allow: class:storage}, {deny: class:storage, from: 10.0.0.0/8}]");

        Export(rules, SampleDevices.Stick).IsAllowed.Should().BeTrue();
        Client(rules, SampleDevices.Stick, Near).IsAllowed.Should().BeTrue();
        Client(rules, SampleDevices.Stick, Far).Verdict.Should().Be(RuleVerdict.Denied);
        Client(rules, SampleDevices.Stick, null).Verdict.Should().Be(RuleVerdict.Denied, "whose address is unknown may be one of those");
    }

    [Theory]
    [InlineData("class:hid", false)]
    [InlineData("class:audio", false)]
    [InlineData("product:*", false)]
    [InlineData("kinds", false)]
    [InlineData("1-10.4", true)]
    [InlineData("port:1-10.4", true)]
    [InlineData("046d:c31c", true)]
    [InlineData("keys", true)]
    public void An_input_device_is_exported_only_if_it_is_named(string selector, bool isExported)
    {
        var keyboard = SampleDevices.Keyboard with { Product = "Keyboard" };
        var rules = Parse($"aliases: {{keys: '046d:c31c', kinds: 'product:Key*'}}\nrules: [{{allow: '{selector}'}}]");

        var decision = Export(rules, keyboard);

        decision.Verdict.Should().Be(isExported ? RuleVerdict.Allowed : RuleVerdict.NotNamed);
        decision.Reason.Should().StartWith(isExported ? "rule 1 says: allow" : "it is an input device, and rule 1 (allow");
    }

    [Fact]
    public void A_rule_by_alias_holds_for_every_identity_of_it()
    {
        var rules = Parse("aliases: {board: ['0483:df11', 'serial:ABC']}\nrules: [{allow: board}]");

        Export(rules, SampleDevices.Device("1-3", 0x0483, 0xdf11)).IsAllowed.Should().BeTrue();
        Export(rules, SampleDevices.Device("1-4", 0x0483, 0x5740) with { SerialNumber = "ABC" }).IsAllowed.Should().BeTrue();
        Export(rules, SampleDevices.Device("1-4", 0x0483, 0x5740)).IsAllowed.Should().BeFalse();
    }

    /// <summary>20,000 random sets of rules: one more deny lets nobody have anything that it could not have before, and a shuffle changes nothing.</summary>
    [Fact]
    public void Adding_a_deny_never_grants_and_order_means_nothing()
    {
        var random = new Random(4);
        UsbDeviceInfo[] devices = [SampleDevices.Stick, SampleDevices.Keyboard, SampleDevices.Hub, SampleDevices.Device("2-1", 0x0781, 0x5581)];
        IPAddress?[] clients = [Near, Far, IPAddress.IPv6Loopback, null];
        for (var round = 0; round < 20_000; round++)
        {
            var rules = new HostRules(Aliases, [.. Enumerable.Range(0, random.Next(6)).Select(_ => RandomRule(random, random.Next(2) == 0))]);
            var stricter = rules with { Rules = [.. rules.Rules, RandomRule(random, isAllow: false)] };
            var wider = rules with { Rules = [.. rules.Rules, RandomRule(random, isAllow: true)] };
            var shuffled = rules with { Rules = [.. rules.Rules.OrderBy(_ => random.Next())] };
            foreach (var device in devices)
            {
                foreach (var client in clients)
                {
                    Grants(stricter, device, client).Should().BeLessThanOrEqualTo(Grants(rules, device, client));
                    Grants(wider, device, client).Should().BeGreaterThanOrEqualTo(Grants(rules, device, client));
                    Grants(shuffled, device, client).Should().Be(Grants(rules, device, client));
                }
            }
        }
    }

    private static DeviceAlias[] Aliases => [.. Parse("aliases: {stick: 'serial:4C530001', any: 'product:*'}").Aliases];

    private static DeviceRule RandomRule(Random random, bool isAllow)
    {
        string[] selectors = ["class:storage", "class:hid", "0781:5581", "serial:4C530001", "1-2", "port:1-10.4", "product:*", "stick", "any", "046d:c31c"];
        string[] ranges = ["192.168.1.0/24", "10.0.0.1", "::/0", "0.0.0.0/0"];
        return new DeviceRule(isAllow, DeviceSelector.Parse(selectors[random.Next(selectors.Length)]))
        {
            From = [.. Enumerable.Range(0, random.Next(3)).Select(_ => AddressRange.TryParse(ranges[random.Next(ranges.Length)], out var range) ? range : null!)],
            Force = isAllow && random.Next(2) == 0,
        };
    }

    /// <summary>1 for the export, 1 for the client.</summary>
    private static int Grants(HostRules rules, UsbDeviceInfo device, IPAddress? client) =>
        (Export(rules, device).IsAllowed ? 1 : 0) + (Client(rules, device, client).IsAllowed ? 1 : 0);

    private static RuleDecision Export(HostRules rules, UsbDeviceInfo device) => rules.ForExport(rules.TraitsOf(device));

    private static RuleDecision Client(HostRules rules, UsbDeviceInfo device, IPAddress? client) => rules.ForClient(rules.TraitsOf(device), client);

    private static HostRules Parse(string text) => ConfigurationReader.Read(text);
}
