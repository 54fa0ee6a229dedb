using System.Text.RegularExpressions;
using UsbIp.Client.Remote;
using UsbIp.Client.Service;
using UsbIp.Client.Tests.Commands;
using UsbIp.Protocol.Selection;

namespace UsbIp.Client.Tests.Service;

/// <summary>Lasting attachments, in a directory that stands for the machine's root, with a systemctl that only notes what it is told.</summary>
public sealed partial class ServiceCommandTests : IDisposable
{
    private const string Unit = "usbip-attach@raspberry-1-2.service";

    private readonly string _root = Directory.CreateTempSubdirectory("usbip-service-").FullName;
    private readonly List<string> _told = [];
    private readonly CommandRig _rig = new();
    private (int ExitCode, string Said) _answer;

    public ServiceCommandTests()
    {
        Directory.CreateDirectory(Path.Combine(_root, "run/systemd/system"));
        _rig.Settings = _rig.Settings with
        {
            Services = new ServicePlaces { Root = _root, Program = "/opt/usbip-client", RunSystemctl = RunSystemctl, RunSysusers = RunSysusers },
        };
    }

    public void Dispose()
    {
        _rig.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public void Enabling_writes_the_attachment_and_has_systemd_start_its_unit()
    {
        Package();

        _rig.Run("service", "enable", "raspberry", "1-2", "--no-read-ahead").Should().Be(ExitCode.Success);

        File.ReadAllText(Path.Combine(_root, "etc/usbip-client/attachments/raspberry-1-2")).Should()
            .EndWith("HOST=\"raspberry:3240\"\nDEVICE=\"1-2\"\nOPTIONS=\"--no-read-ahead\"\n");
        _told.Should().Equal($"enable --now {Unit}");
        _rig.Result.ToString().Should().Be($"{Unit} keeps 1-2 of raspberry:3240 attached, from now on and after every boot\n");
    }

    [Fact]
    public void Options_of_attach_are_those_of_the_lasting_attachment()
    {
        Package();

        _rig.Run("service", "enable", "raspberry", "1-2", "--hold", "--no-read-ahead").Should().Be(ExitCode.Success);

        File.ReadAllText(Path.Combine(_root, "etc/usbip-client/attachments/raspberry-1-2")).Should().EndWith("OPTIONS=\"--no-read-ahead --hold\"\n");
    }

    [Fact]
    public void Enabling_again_with_other_options_starts_the_unit_anew()
    {
        Package();
        _rig.Run("service", "enable", "raspberry", "1-2");
        _rig.Run("service", "enable", "raspberry", "1-2").Should().Be(ExitCode.Success);

        _rig.Run("service", "enable", "raspberry", "1-2", "--no-read-ahead").Should().Be(ExitCode.Success);

        _told.Should().Equal($"enable --now {Unit}", $"enable --now {Unit}", $"enable --now {Unit}", $"restart {Unit}");
    }

    [Fact]
    public void Where_no_package_brought_the_unit_it_is_written_and_runs_this_program()
    {
        _rig.Run("service", "enable", "raspberry", "1-2").Should().Be(ExitCode.Success);

        var unit = File.ReadAllText(Path.Combine(_root, "etc/systemd/system/usbip-attach@.service"));
        unit.Should().Contain("ExecStart=/opt/usbip-client attach --foreground --persist $OPTIONS ${HOST} ${DEVICE}\n")
            .And.Contain("EnvironmentFile=/etc/usbip-client/attachments/%i\n");
        File.ReadAllText(Path.Combine(_root, "etc/systemd/system/usbip-vhci.service")).Should().Contain("ExecStart=/opt/usbip-client attach-broker ");
        File.ReadAllText(Path.Combine(_root, "etc/sysusers.d/usbip-client.conf")).Should().Contain("u usbip-client ");
        _told.Should().Equal($"sysusers {_root}/etc/sysusers.d/usbip-client.conf", "daemon-reload", "try-restart usbip-vhci.service", "enable --now usbip-vhci.socket", $"enable --now {Unit}");
    }

    [Fact]
    public void Units_that_another_version_wrote_or_an_error_left_incomplete_are_mended_and_right_ones_left_alone()
    {
        _rig.Run("service", "enable", "raspberry", "1-2").Should().Be(ExitCode.Success);
        var template = Path.Combine(_root, "etc/systemd/system/usbip-attach@.service");
        var broker = Path.Combine(_root, "etc/systemd/system/usbip-vhci.service");
        var right = File.ReadAllText(template);
        File.WriteAllText(template, right.Replace("User=usbip-client", "User=root", StringComparison.Ordinal));
        File.Delete(broker);
        _told.Clear();

        _rig.Run("service", "enable", "raspberry", "1-2").Should().Be(ExitCode.Success);
        var mended = _told.ToArray();
        _told.Clear();
        _rig.Run("service", "enable", "raspberry", "1-2").Should().Be(ExitCode.Success);

        File.ReadAllText(template).Should().Be(right);
        File.Exists(broker).Should().BeTrue();
        mended.Should().Contain("daemon-reload");
        _told.Should().NotContain("daemon-reload").And.Contain("enable --now usbip-vhci.socket", "it may have been stopped");
    }

    [Theory]
    [InlineData("/home/me/usbip-client")]
    [InlineData("/root/usbip-client")]
    public void A_program_that_a_service_could_not_see_is_refused_before_anything_is_written(string program)
    {
        var install = () => new UnpackagedUnits(_rig.Settings.Services with { Program = program }, (_, _) => Assert.Fail("must not write")).Install();

        install.Should().Throw<CommandException>().Which.Hint.Should().StartWith($"'sudo install {program} /usr/local/bin'");
    }

    [Fact]
    public void What_is_enabled_is_listed_with_what_systemd_says_of_it()
    {
        Package();
        _rig.Run("service", "enable", "raspberry", "1-2");
        _rig.Run("service", "enable", "[fe80::1]:3241", "product:\"My $1 \\ Stick\"", "--name", "stick");
        _rig.Result.GetStringBuilder().Clear();
        _answer = (0, "active");

        _rig.Run("service", "list").Should().Be(ExitCode.Success);

        _rig.Result.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Spaces().Replace(line, "  ")).Should().Equal(
            "NAME  HOST  DEVICE  AT BOOT  NOW",
            "raspberry-1-2  raspberry:3240  1-2  active  active",
            "stick  [fe80::1]:3241  product:\"My $1 \\ Stick\"  active  active");
    }

    [Fact]
    public void Programs_get_json()
    {
        Package();
        _answer = (0, "enabled");

        _rig.Run("service", "enable", "raspberry", "1-2", "--json").Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().Be(
            $$"""{"name":"raspberry-1-2","unit":"{{Unit}}","host":"raspberry:3240","device":"1-2","options":"","enabled":"enabled","active":"enabled"}""" + "\n");
    }

    [Fact]
    public void Disabling_stops_the_unit_and_forgets_the_attachment()
    {
        Package();
        _rig.Run("service", "enable", "raspberry", "1-2");
        _told.Clear();

        _rig.Run("service", "disable", "raspberry-1-2").Should().Be(ExitCode.Success);

        _told.Should().Equal($"disable --now {Unit}");
        Directory.EnumerateFiles(Path.Combine(_root, "etc/usbip-client/attachments")).Should().BeEmpty();
    }

    [Fact]
    public void Without_systemd_nothing_is_written_and_the_error_says_what_else_to_do()
    {
        Directory.Delete(Path.Combine(_root, "run"), recursive: true);

        _rig.Run("service", "enable", "raspberry", "1-2").Should().Be(ExitCode.KernelModule);

        _rig.Remarks.ToString().Should().StartWith($"usbip-client: systemd does not run on this machine: {_root}/run/systemd/system does not exist.\nTry: ");
        Directory.Exists(Path.Combine(_root, "etc")).Should().BeFalse();
    }

    [Fact]
    public void What_systemd_refuses_is_told_in_its_words()
    {
        Package();
        _answer = (1, "Failed to enable unit: Access denied");

        _rig.Run("service", "enable", "raspberry", "1-2").Should().Be(ExitCode.Permission);

        _rig.Remarks.ToString().Should().StartWith(
            $"usbip-client: 'systemctl enable --now {Unit}' ended with code 1: Failed to enable unit: Access denied\nTry: ");
    }

    [Theory]
    [InlineData("service disable nothing", ExitCode.NotFound, "There is no attachment 'nothing'.")]
    [InlineData("service enable raspberry 1-2 --name ../etc", ExitCode.Usage, "'../etc' is no name for an attachment: it is 1 to 100 letters, digits, dots, dashes and underscores.")]
    [InlineData("service enable raspberry", ExitCode.Usage, "The command names no device.")]
    [InlineData("service enable other 1-9 --name raspberry-1-2", ExitCode.AlreadyRunning, "There is an attachment 'raspberry-1-2' already, of 1-2 of raspberry:3240.")]
    public void What_cannot_be_done_is_explained(string line, ExitCode exitCode, string sentence)
    {
        Package();
        _rig.Run("service", "enable", "raspberry", "1-2");

        _rig.Run(line.Split(' ')).Should().Be(exitCode);

        _rig.Remarks.ToString().Should().StartWith($"usbip-client: {sentence}\nTry: ");
    }

    [Theory]
    [InlineData("pi", "serial:4C 53/x", "pi-serial_4C_53_x")]
    [InlineData("[fe80::1%eth0]:3241", "0781:5581", "_fe80__1_eth0__3241-0781_5581")]
    public void A_name_is_made_of_host_and_device(string host, string device, string name)
    {
        var made = LastingAttachment.NameFor(HostAddress.Parse(host), DeviceSelector.Parse(device));

        made.Should().Be(name);
        LastingAttachment.IsName(made).Should().BeTrue();
    }

    [Theory]
    [InlineData("product:\"*$HOME `x` \\ 'y'*\"")]
    [InlineData("")]
    [InlineData("\"")]
    [InlineData("\\")]
    public void What_is_written_is_read_again(string device)
    {
        var attachment = new LastingAttachment("one", "pi:3240", device, "--no-read-ahead");

        LastingAttachment.TryParse("one", attachment.Format(), out var read).Should().BeTrue();

        read.Should().Be(attachment);
    }

    [GeneratedRegex(" {2,}")]
    private static partial Regex Spaces();

    /// <summary>Puts the unit where a package does.</summary>
    private void Package()
    {
        Directory.CreateDirectory(Path.Combine(_root, "usr/lib/systemd/system"));
        File.WriteAllText(Path.Combine(_root, "usr/lib/systemd/system/usbip-attach@.service"), "");
    }

    private (int ExitCode, string Said) RunSysusers(IReadOnlyList<string> arguments)
    {
        _told.Add($"sysusers {string.Join(' ', arguments)}");
        return (0, "");
    }

    private (int ExitCode, string Said) RunSystemctl(IReadOnlyList<string> arguments)
    {
        _told.Add(string.Join(' ', arguments));
        return _answer.Said is null ? (0, "") : _answer;
    }
}
