using System.Diagnostics.CodeAnalysis;
using UsbIp.Client.Service;
using UsbIp.Client.Tests.Commands;

namespace UsbIp.Client.Tests.Service;

/// <summary>Units that were written for want of a package go with the last attachment that needs them.</summary>
[SuppressMessage("Interoperability", "CA1416", Justification = "The client runs where there is a vhci_hcd: on Linux.")]
public sealed class UnpackagedUnitsTests : IDisposable
{
    private const string Unit = "usbip-attach@raspberry-1-2.service";

    private readonly string _root = Directory.CreateTempSubdirectory("usbip-units-").FullName;
    private readonly List<string> _told = [];
    private readonly CommandRig _rig = new();

    public UnpackagedUnitsTests()
    {
        Directory.CreateDirectory(Path.Combine(_root, "run/systemd/system"));
        _rig.Settings = _rig.Settings with
        {
            Services = new ServicePlaces { Root = _root, Program = "/opt/usbip-client", RunSystemctl = Note, RunSysusers = _ => (0, "") },
        };
    }

    private string Units => Path.Combine(_root, "etc/systemd/system");

    public void Dispose()
    {
        _rig.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void With_the_last_attachment_nothing_stays_of_what_the_first_one_wrote()
    {
        _rig.Run("service", "enable", "raspberry", "1-2");
        _rig.Run("service", "enable", "raspberry", "1-3");
        _rig.Run("service", "disable", "raspberry-1-3").Should().Be(ExitCode.Success);
        var between = Directory.EnumerateFiles(Units).Count();
        _told.Clear();

        _rig.Run("service", "disable", "raspberry-1-2").Should().Be(ExitCode.Success);

        between.Should().Be(3, "there is another attachment");
        Directory.EnumerateFiles(Path.Combine(_root, "etc"), "*", SearchOption.AllDirectories).Should().BeEmpty();
        _told.Should().Equal($"disable --now {Unit}", "disable --now usbip-vhci.socket", "stop usbip-vhci.service", "daemon-reload");
    }

    [Fact]
    public void What_an_administrator_wrote_stays()
    {
        _rig.Run("service", "enable", "raspberry", "1-2");
        var broker = Path.Combine(Units, "usbip-vhci.service");
        File.WriteAllText(broker, "# mine\n");

        _rig.Run("service", "disable", "raspberry-1-2").Should().Be(ExitCode.Success);

        Directory.EnumerateFiles(Units).Should().Equal(broker);
        _told.Should().NotContain("stop usbip-vhci.service");
    }

    [Fact]
    public void What_a_package_brought_meanwhile_is_not_stopped()
    {
        _rig.Run("service", "enable", "raspberry", "1-2");
        Directory.CreateDirectory(Path.Combine(_root, "usr/lib/systemd/system"));
        File.WriteAllText(Path.Combine(_root, "usr/lib/systemd/system/usbip-attach@.service"), "");
        _told.Clear();

        _rig.Run("service", "disable", "raspberry-1-2").Should().Be(ExitCode.Success);

        _told.Should().NotContain(line => line.Contains("vhci", StringComparison.Ordinal));
        Directory.EnumerateFiles(Units).Should().BeEmpty("units of /etc would hide the package's");
    }

    [Theory]
    [InlineData("etc/usbip-client/attachments/raspberry-1-2")]
    [InlineData("etc/systemd/system/usbip-attach@.service")]
    [InlineData("etc/sysusers.d/usbip-client.conf")]
    public void What_is_written_is_whole_for_everybody_to_read_and_leaves_nothing_beside_it(string file)
    {
        _rig.Run("service", "enable", "raspberry", "1-2").Should().Be(ExitCode.Success);

        var path = Path.Combine(_root, file);
        File.GetUnixFileMode(path).Should().HaveFlag(UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        Directory.EnumerateFiles(Path.GetDirectoryName(path)!).Should().NotContain(one => one.EndsWith('~'));
    }

    private (int ExitCode, string Said) Note(IReadOnlyList<string> arguments)
    {
        _told.Add(string.Join(' ', arguments));
        return (0, "");
    }
}
