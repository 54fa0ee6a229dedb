using System.Globalization;
using UsbIp.Host.Control;
using UsbIp.Host.Doctor;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Tests.Doctor;

/// <summary>The service's own unit drops packets of whom it does not know: doctor says where that meets what the daemon is for.</summary>
public sealed class UnitAddressTests
{
    private const string Private = "127.0.0.0/8 ::1/128 10.0.0.0/8 192.168.0.0/16 fe80::/10";
    private const string Everybody = "0.0.0.0/0 ::/0";

    [Theory]
    [InlineData("127.0.0.1:3240", null)]
    [InlineData("[::1]:3240", null)]
    [InlineData("192.168.1.10:3240", null)]
    [InlineData("203.0.113.5:3240", FindingSeverity.Warning)]
    [InlineData("[2001:db8::5]:3240", FindingSeverity.Warning)]
    [InlineData("0.0.0.0:3240", FindingSeverity.Note)]
    [InlineData("[::]:3240", FindingSeverity.Note)]
    public void An_address_to_listen_on_that_its_unit_drops_is_found(string listening, FindingSeverity? severity)
    {
        var findings = Find(listening, Units(Private, Everybody, listening));

        if (severity is null)
        {
            findings.Should().BeEmpty();
            return;
        }

        var finding = findings.Should().ContainSingle().Subject;
        finding.Id.Should().Be("H-UNIT-ADDRESSES");
        finding.Severity.Should().Be(severity);
        finding.Try.Should().StartWith("sudo systemctl edit usbip-host.socket, with [Socket]");
    }

    [Fact]
    public void The_sentence_names_the_address_the_unit_and_whom_it_knows()
    {
        Find("203.0.113.5:3240", Units(Private, Everybody, "203.0.113.5:3240")).Single().Sentence.Should().Be(
            "The daemon listens on 203.0.113.5:3240, but the unit usbip-host.socket drops the packets of all but 127.0.0.0/8, ::1, 10.0.0.0/8, 192.168.0.0/16, fe80::/10.");
    }

    [Fact]
    public void What_the_daemon_listens_on_by_itself_is_the_services()
    {
        Find("203.0.113.5:3240", Units(Private, Everybody, "127.0.0.1:3240")).Single().Try.Should().StartWith("sudo systemctl edit usbip-host.service, with [Service]");
    }

    [Fact]
    public void A_rule_for_clients_whom_the_unit_drops_is_found()
    {
        var findings = Find("192.168.1.10:3240", Units(Private, Everybody, "192.168.1.10:3240"), "192.168.1.0/24", "203.0.113.0/24", "2001:db8::7");

        findings.Select(finding => finding.Sentence.Split(',')[0]).Should().Equal(
            "Rule 2 is for clients of 203.0.113.0/24", "Rule 3 is for clients of 2001:db8::7");
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(Private, "")]
    [InlineData(Private + " 203.0.113.0/24", Everybody)]
    public void A_unit_that_lets_them_through_is_no_fault(string allowed, string denied)
    {
        Find("203.0.113.5:3240", Units(allowed, denied, "203.0.113.5:3240"), "203.0.113.7").Should().BeEmpty();
    }

    [Fact]
    public void Who_has_said_whom_else_it_lets_in_is_not_warned_of_where_it_listens()
    {
        Find("203.0.113.5:3240", Units(Private + " 198.51.100.7", Everybody, "203.0.113.5:3240")).Should().BeEmpty();
    }

    [Theory]
    [InlineData("203.0.0.0/16", "203.0.113.0/24")]
    [InlineData("203.0.113.128/25", "203.0.113.0/24")]
    public void A_rule_some_of_whose_clients_get_through_is_no_fault(string from, string allowed)
    {
        Find("192.168.1.10:3240", Units($"{Private} {allowed}", Everybody, "192.168.1.10:3240"), from).Should().BeEmpty();
    }

    [Fact]
    public void A_unit_that_only_keeps_some_out_is_described_as_that()
    {
        Find("192.168.1.10:3240", Units("", "203.0.113.0/24", "192.168.1.10:3240"), "203.0.113.7").Single().Sentence.Should().EndWith(
            "the unit usbip-host.socket drops the packets of 203.0.113.0/24.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("Id=usbip-host.service\nMainPID=0\nIPAddressDeny=0.0.0.0/0 ::/0\n")]
    [InlineData("Id=usbip-host.service\nMainPID=43\nIPAddressDeny=0.0.0.0/0 ::/0\n")]
    public void A_daemon_that_is_not_the_services_has_no_unit(string units)
    {
        Find("203.0.113.5:3240", units).Should().BeEmpty();
    }

    private static string Units(string allowed, string denied, string listening) => string.Create(
        CultureInfo.InvariantCulture,
        $"MainPID=42\nIPAddressAllow={allowed}\nIPAddressDeny={denied}\nId=usbip-host.service\n\nListen={listening} (Stream)\nListen=[::1]:9 (Stream)\nIPAddressAllow={allowed}\nIPAddressDeny={denied}\nId=usbip-host.socket\n");

    private static Finding[] Find(string listening, string units, params string[] from)
    {
        var daemon = new HostStatus { Daemon = new DaemonStatus(ProgramVersion.Text, 42, DateTimeOffset.UnixEpoch, [listening]), Devices = [] };
        var rules = from.Select((address, index) => new RuleView(Allow: true, "class:storage", [address], Force: false) { Number = index + 1 });
        return [.. UnitAddressCheck.Run(new HostSurroundings { ShowUnits = () => units }, daemon, new ConfigurationView("", null, [], [.. rules]))];
    }
}
