using System.Net.Sockets;
using UsbIp.Host.Control;
using UsbIp.Host.Doctor;
using UsbIp.Host.Tests.Control;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Host.Tests.Doctor;

/// <summary>Each fault that is induced is found, under its own id, and nothing else is.</summary>
public sealed class HostDoctorTests : IDisposable
{
    private static readonly Dictionary<string, (Action<DoctorRig> Induce, string Words)> FaultsById = new()
    {
        ["H-LIBUSB-MISSING"] = (rig => rig.Surroundings = rig.Surroundings with { FindLibUsb = () => null }, "libusb-1.0.so.0 is not installed"),
        ["H-LIBUSB-OLD"] = (rig => rig.Surroundings = rig.Surroundings with { FindLibUsb = () => new Version(1, 0, 23) }, "libusb 1.0.23 is older than 1.0.24"),
        ["H-NO-USB"] = (rig => rig.Surroundings = rig.Surroundings with { Usb = rig.Sysfs.Options with { SysfsRoot = "/nowhere" } }, "/nowhere does not exist"),
        ["H-NO-NODES"] = (rig => Directory.Delete(rig.Sysfs.Options.NodeRoot, recursive: true), "although 1 are plugged in"),
        ["H-NODE-PERMISSION"] = (rig => rig.Surroundings = rig.Surroundings with { MayWrite = _ => false }, "1-2 (0951:1666): no permission to write to"),
        ["H-NOT-AUTHORIZED"] = (rig => rig.Sysfs.Write("1-2", "authorized", "0\n"), "'authorized' is 0"),
        ["H-NO-DESCRIPTORS"] = (rig => File.WriteAllBytes(Path.Combine(rig.Sysfs.Root, "1-2/descriptors"), LinuxUsb.FakeSysfs.DeviceDescriptor()), "1-2 (0951:1666) gave no configuration"),
        ["H-NOT-CONFIGURED"] = (rig => rig.Sysfs.Write("1-2", "bConfigurationValue", ""), "1-2 (0951:1666) has no active configuration"),
        ["H-HELD-DRIVER"] = (rig => rig.Sysfs.Bind("1-2", "usbip-host"), "held whole by the kernel driver usbip-host"),
        ["H-HELD-PROGRAM"] = (ClaimByProgram, "claimed by adb (1234)"),
        ["H-USBFS-MEMORY"] = (rig => File.WriteAllText(rig.Surroundings.MemoryParameter, "4\n"), "lends 4 MiB"),
        ["H-PORT-TAKEN"] = (TakePort, "TCP port 3240 is taken by usbipd (55)"),
        ["H-FIREWALL"] = (CloseFirewall, "ufw is on, and no rule of its names TCP port 3240"),
        ["H-CONTROL-STALE"] = (rig => File.WriteAllText(rig.ControlPath, ""), "no daemon listens on it"),
        ["H-CLAIMS-BROKEN"] = (rig => rig.NoteClaims("+ 1-2 four 0\n"), "the line '+ 1-2 four 0', which is no claim"),
        ["H-CLAIMS-LEFT"] = (LeaveClaims, "without their kernel drivers: 1-2:0"),
    };

    private readonly DoctorRig _rig = new();

    public static TheoryData<string> Faults => [.. FaultsById.Keys];

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_healthy_machine_gives_no_warning()
    {
        _rig.Complaints().Should().BeEmpty();
        _rig.Find().Select(finding => finding.Id).Should().BeEquivalentTo("H-NO-DAEMON", "H-LIBUSB", "H-USBFS-MEMORY-DEFAULT");
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_fault_is_found_under_its_own_id_with_what_to_do(string id)
    {
        FaultsById[id].Induce(_rig);

        var finding = _rig.Complaints().Should().ContainSingle().Subject;

        finding.Id.Should().Be(id);
        finding.Sentence.Should().Contain(FaultsById[id].Words).And.EndWith(".");
        finding.Try.Should().NotBeNullOrEmpty();
    }

    [Theory]
    [InlineData("firewalld/zones/public.xml", "<zone><port port=\"3240\" protocol=\"tcp\"/></zone>", false)]
    [InlineData("firewalld/zones/public.xml", "<zone/>", true)]
    [InlineData("nftables.conf", "type filter hook input priority 0; policy drop;\n", true)]
    [InlineData("nftables.conf", "type filter hook input priority 0; policy drop;\ntcp dport 3240 accept\n", false)]
    [InlineData("nftables.conf", "# policy drop\n", false)]
    [InlineData("iptables/rules.v4", ":INPUT DROP [0:0]\n", true)]
    [InlineData("iptables/rules.v4", ":INPUT ACCEPT [0:0]\n", false)]
    [InlineData("ufw/ufw.conf", "ENABLED=no\n", false)]
    [InlineData("nftables.conf", "chain input { policy drop; tcp dport 32400 accept }\n", true)]
    public void A_firewall_is_told_of_where_it_does_not_name_the_port(string file, string text, bool isFound)
    {
        _rig.Configure(file, text);
        if (file.StartsWith("firewalld", StringComparison.Ordinal))
        {
            _rig.AddProcess(99, "firewalld", "/dev/null");
        }

        var found = _rig.Find().Where(finding => finding.Id == "H-FIREWALL");

        found.Select(finding => finding.Severity).Should().Equal(isFound ? [FindingSeverity.Note] : [], "nothing listens for other machines");
    }

    [Fact]
    public void A_port_that_only_this_machine_can_reach_needs_no_firewall_opened()
    {
        CloseFirewall(_rig);
        _rig.Listen("0100007F", "999");

        _rig.Complaints().Should().BeEmpty();
    }

    [Fact]
    public void A_mounted_disk_is_no_fault()
    {
        MountDisk();

        var finding = _rig.Find().Should().ContainSingle(finding => finding.Id == "H-DISK-IN-USE").Subject;

        finding.Severity.Should().Be(FindingSeverity.Note);
        finding.Sentence.Should().Be("1-2 (0951:1666) is exported only with --force: sda is mounted on /mnt.");
    }

    [Fact]
    public async Task A_mounted_disk_that_is_exported_is_a_fault()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve("--export", "1-2");
        MountDisk();

        var finding = _rig.Complaints(machine.ControlPath).Should().ContainSingle().Subject;

        finding.Id.Should().Be("H-HELD-DISK");
        finding.Sentence.Should().Contain("sda is mounted on /mnt: clients are told that it is busy.");
        finding.Try.Should().Be("umount '/mnt'");
    }

    [Fact]
    public async Task A_daemon_that_runs_is_told_of_and_its_port_is_no_fault()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick } };
        machine.Serve();
        TakePort(_rig);

        var findings = _rig.Find(machine.ControlPath);

        findings.Should().ContainSingle(finding => finding.Id == "H-DAEMON").Which.Sentence.Should().Contain("exports 0 of 1 devices on 127.0.0.1:");
        findings.Should().OnlyContain(finding => finding.Severity == FindingSeverity.Note);
    }

    [Fact]
    public async Task A_device_that_a_rule_exports_and_the_daemon_may_not_open_is_found()
    {
        await using var machine = new Machine { Devices = { SampleDevices.Stick }, MayWrite = _ => false };
        var node = machine.MakeNode(SampleDevices.Stick);
        await machine.RunAsync("rule", "add", "allow", "class:storage");
        machine.Serve();

        var finding = _rig.Complaints(machine.ControlPath).Should().ContainSingle().Subject;

        finding.Id.Should().Be("H-NODE-PERMISSION");
        finding.Sentence.Should().Be($"1-2 (0781:5581) is exported, but the daemon's user may not read and write {node}: clients are refused it.");
        finding.Try.Should().Be("sudo usbip-host access grant serial:4C530001");
    }

    [Fact]
    public async Task A_daemon_that_does_not_answer_is_found()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_rig.ControlPath));
        listener.Listen();
        var closing = Task.Run(() => listener.Accept().Dispose());

        var finding = _rig.Complaints().Should().ContainSingle().Subject;

        await closing;
        finding.Id.Should().Be("H-DAEMON-SILENT");
    }

    [Theory]
    [InlineData("0.0.1", "127.0.0.1:3240", "H-DAEMON-VERSION")]
    [InlineData(null, null, "H-NOT-LISTENING")]
    public void A_daemon_that_cannot_serve_as_it_should_is_found(string? version, string? listening, string id)
    {
        var status = new HostStatus
        {
            Daemon = new DaemonStatus(version ?? ProgramVersion.Text, 42, DateTimeOffset.UnixEpoch, listening is null ? [] : [listening]),
            Devices = [DeviceStatus.From(SampleDevices.Stick, exported: true)],
        };

        DaemonCheck.Describe(status).Where(finding => finding.Severity != FindingSeverity.Note).Select(finding => finding.Id).Should().Equal(id);
    }

    [Fact]
    public void A_configuration_that_does_not_hold_is_found()
    {
        var daemon = new DaemonStatus(ProgramVersion.Text, 42, DateTimeOffset.UnixEpoch, ["127.0.0.1:3240"])
        {
            Configuration = new ConfigurationStatus("/etc/usbip-host/config.yaml", "line 3: 'alow' is none of allow, deny."),
        };

        var finding = DaemonCheck.Describe(new HostStatus { Daemon = daemon, Devices = [] }).Single(finding => finding.Severity == FindingSeverity.Error);

        finding.Id.Should().Be("H-CONFIGURATION");
        finding.Sentence.Should().Contain("/etc/usbip-host/config.yaml").And.Contain("line 3");
    }

    [Fact]
    public async Task The_command_prints_the_gravest_first_and_its_exit_code_tells()
    {
        await using var machine = new Machine { Surroundings = _rig.Surroundings with { FindLibUsb = () => null } };
        File.WriteAllText(_rig.Surroundings.MemoryParameter, "4\n");

        var text = await machine.RunAsync("doctor");
        var json = await machine.RunAsync("doctor", "--json");

        text.ExitCode.Should().Be(ExitCode.Unhealthy);
        text.Output.Should().StartWith("error    H-LIBUSB-MISSING: ").And.Contain("\nwarning  H-USBFS-MEMORY: ").And.EndWith("1 error, 1 warning.\n");
        json.Output.Should().StartWith("""{"healthy":false,"findings":[{"id":"H-LIBUSB-MISSING","severity":"error","sentence":""");
    }

    [Fact]
    public async Task On_a_healthy_machine_the_exit_code_is_0()
    {
        await using var machine = new Machine { Surroundings = _rig.Surroundings };

        var result = await machine.RunAsync("doctor");

        result.ExitCode.Should().Be(ExitCode.Success);
        result.Output.Should().EndWith("Nothing is wrong.\n");
    }

    private void MountDisk()
    {
        _rig.Sysfs.AddDisk("1-2", "sda", "8:0");
        _rig.Sysfs.WriteProc("self/mountinfo", "40 22 8:0 / /mnt rw - vfat /dev/sda rw\n");
    }

    private static void ClaimByProgram(DoctorRig rig)
    {
        rig.Sysfs.AddInterface("1-2", 0, "usbfs");
        rig.AddProcess(1234, "adb", Path.Combine(rig.Sysfs.Options.NodeRoot, "001/005"));
    }

    private static void TakePort(DoctorRig rig)
    {
        rig.Listen("00000000", "999");
        rig.AddProcess(55, "usbipd", "socket:[999]");
    }

    private static void CloseFirewall(DoctorRig rig)
    {
        rig.Configure("ufw/ufw.conf", "ENABLED=yes\n");
        rig.Listen("00000000", "999");
        rig.AddProcess(1, "systemd", "socket:[999]");
    }

    private static void LeaveClaims(DoctorRig rig)
    {
        rig.Sysfs.AddInterface("1-2", 0);
        rig.NoteClaims("+ 1-2 5 0\n+ 1-2 5 1\n- 1-2 5 1\n+ 1-2 5");
    }
}
