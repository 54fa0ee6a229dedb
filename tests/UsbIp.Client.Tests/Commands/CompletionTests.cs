using UsbIp.Client.Commands;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Commands;

/// <summary>What a shell offers: the program is asked with the line so far.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("usbip-client-").FullName;
    private readonly CommandRig _rig;
    private readonly FakeHost _host = FakeHost.Serving([SampleDevices.Stick, SampleDevices.Modem]);

    public CompletionTests()
    {
        using var plain = new CommandRig();
        _rig = new CommandRig { Settings = plain.Settings with { SeenHosts = new SeenHosts(Path.Combine(_directory, "state", "hosts")) } };
    }

    public void Dispose()
    {
        _rig.Dispose();
        _host.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Hosts_that_answered_are_offered()
    {
        using var other = FakeHost.Serving([]);
        _rig.Run("list", _host.Address.ToString());
        _rig.Run("list", other.Address.ToString());
        _rig.Run("list", "127.0.0.1:1");

        Suggest("attach ").Where(word => word.Contains(':', StringComparison.Ordinal)).Should().BeEquivalentTo([other.Address.ToString(), _host.Address.ToString()]);
    }

    [Fact]
    public void The_help_has_the_word_for_a_host_and_not_the_hosts_that_would_be_offered()
    {
        _rig.Run("list", _host.Address.ToString());

        _rig.Run("list", "--help");

        _rig.Result.ToString().Should().Contain("<HOST[:PORT]>").And.NotContain($"<{_host.Address}");
    }

    [Fact]
    public void Behind_a_host_its_devices_are_offered()
    {
        Suggest($"attach {_host.Address} ").Should().Contain("2-1").And.Contain("1-1.4");
    }

    [Fact]
    public void So_are_their_aliases_but_no_word_that_a_shell_could_take_for_more()
    {
        var stick = SampleDevices.Stick with { Device = SampleDevices.StickRecord with { Path = "/sys/devices/2-1 alias=backup alias=$(reboot) alias=`reboot`" } };
        var hostile = SampleDevices.Modem with { Device = SampleDevices.Modem.Device with { BusId = BusId.Parse("$(reboot)") } };
        using var host = FakeHost.Serving([stick, hostile]);

        Suggest($"attach {host.Address} ").Should().Contain("backup").And.Contain("2-1").And.NotContain(word => word.Contains("reboot", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_a_host_that_is_not_there_nothing_is_offered_and_nothing_is_said()
    {
        Suggest("attach 127.0.0.1:1 ").Should().NotContain("2-1");

        _rig.Remarks.ToString().Should().BeEmpty();
    }

    private string[] Suggest(string line)
    {
        _rig.Result.GetStringBuilder().Clear();
        _rig.Run($"[suggest:{line.Length}]", line).Should().Be(ExitCode.Success);
        return _rig.Result.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
