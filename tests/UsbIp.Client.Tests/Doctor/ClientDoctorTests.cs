using System.Diagnostics.CodeAnalysis;
using System.Text;
using UsbIp.Client.Commands;
using UsbIp.Client.Doctor;
using UsbIp.Client.Remote;
using UsbIp.Client.Tests.Commands;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Client.Vhci;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Client.Tests.Doctor;

/// <summary>Each fault that is induced is found, under its own id, and nothing else is.</summary>
[SuppressMessage("Interoperability", "CA1416", Justification = "The client runs where there is a vhci_hcd: on Linux.")]
public sealed class ClientDoctorTests : IDisposable
{
    private const string Used = "6 003 00010009 9-9";

    private static readonly Dictionary<string, (Action<FakeVhci> Induce, string Words)> MachineFaults = new()
    {
        ["C-VHCI-UNREADABLE"] = (kernel => kernel.Occupy(0, "x 003 00010009 9-9"), "which is no port"),
        ["C-NO-PERMISSION"] = (kernel => kernel.Refusal = new UnauthorizedAccessException(), "This user may not write"),
        ["C-NO-FREE-PORT"] = (kernel => Occupy(kernel, 0, 1, 2, 3), "All 4 ports of vhci_hcd are in use."),
        ["C-NO-FREE-HIGH-SPEED-PORT"] = (kernel => Occupy(kernel, 0, 1), "only SuperSpeed devices can be attached"),
        ["C-NO-FREE-SUPERSPEED-PORT"] = (kernel => Occupy(kernel, 2, 3), "no SuperSpeed device can be attached"),
        ["C-PORT-ERROR"] = (kernel => kernel.Occupy(1, "7 000 00000000 0-0"), "error on port 01"),
        ["C-STATE-STALE"] = (kernel => kernel.Records.Write(1, new AttachmentRecord("pi", "3240", "1-2")), "to which nothing is attached: 01."),
        ["C-STATE-BROKEN"] = (BreakRecord, "ports 00 in"),
    };

    private static readonly Dictionary<string, (Func<FakeHost> Start, string Words)> HostFaults = new()
    {
        ["C-HOST-CLOSES"] = (() => FakeHost.Answering([]), "closed the connection without a whole answer"),
        ["C-OTHER-PROTOCOL"] = (() => FakeHost.Answering(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n")), "its answer begins with 'HTTP'"),
        ["C-OTHER-VERSION"] = (() => FakeHost.Answering([1, 6, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0]), "speaks USB/IP version 0x0106"),
        ["C-BROKEN-ANSWER"] = (() => FakeHost.Answering([1, 0x11, 0, 5, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]), "broke the protocol"),
        ["C-LIST-REFUSED"] = (() => FakeHost.Answering([1, 0x11, 0, 5, 0, 0, 0, 1]), "refused to list its devices"),
        ["C-NOTHING-EXPORTED"] = (() => FakeHost.Serving([]), "exports no device"),
    };

    private readonly CommandRig _rig = new();

    public static TheoryData<string> FaultsOfTheMachine => [.. MachineFaults.Keys];

    public static TheoryData<string> FaultsOfTheHost => [.. HostFaults.Keys];

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void With_a_healthy_machine_and_host_nothing_is_wrong()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick]);

        _rig.Run("doctor").Should().Be(ExitCode.Success);
        var findings = HostCheck.Run(host.Address).Where(finding => !finding.Id.StartsWith("C-ROUND-TRIP", StringComparison.Ordinal)); // this machine may be busy

        _rig.Result.ToString().Should().Be("note     C-VHCI: vhci_hcd is loaded, and 4 of its 4 ports are free.\nNothing is wrong.\n");
        findings.Should().Equal(Finding.Note("C-HOST", $"{host.Address} speaks USB/IP 1.1.1 and exports 1 device."));
    }

    [Theory]
    [MemberData(nameof(FaultsOfTheMachine))]
    public void A_fault_of_the_machine_is_found_under_its_own_id(string id)
    {
        MachineFaults[id].Induce(_rig.Kernel);

        CheckOnly(VhciCheck.Run(_rig.Settings), id, MachineFaults[id].Words);
    }

    [Theory]
    [MemberData(nameof(FaultsOfTheHost))]
    public void A_fault_of_the_host_is_found_under_its_own_id(string id)
    {
        using var host = HostFaults[id].Start();

        CheckOnly(HostCheck.Run(host.Address), id, HostFaults[id].Words);
    }

    [Theory]
    [InlineData("no-such-host.invalid", 3240, "C-NAME-UNKNOWN", "does not resolve")]
    [InlineData("127.0.0.1", 9, "C-HOST-REFUSES", "nothing listens on TCP port 9 there")]
    [InlineData("255.255.255.255", 3240, "C-HOST-UNREACHABLE", "cannot be reached")]
    public void A_host_that_is_not_there_is_found_under_its_own_id(string name, int port, string id, string words) =>
        CheckOnly(HostCheck.Run(new HostAddress(name, port)), id, words);

    [Theory]
    [InlineData("modules.builtin", "kernel/drivers/usb/usbip/vhci-hcd.ko\n", "C-VHCI-HIDDEN", "sysfs does not show it")]
    [InlineData("modules.dep", "kernel/drivers/usb/core/usbcore.ko.xz:\n", "C-VHCI-ABSENT", "(6.1.0) do not include vhci_hcd")]
    [InlineData("other", "", "C-MODULES-MISSING", "no modules of the running kernel (6.1.0)")]
    public void A_kernel_without_the_module_is_found_with_the_reason(string file, string text, string id, string words)
    {
        var settings = WithModules(file, text);

        CheckOnly(VhciCheck.Run(settings), id, words);
    }

    [Fact]
    public void A_module_that_is_not_loaded_is_a_fault_for_those_who_may_not_load_it()
    {
        var settings = WithModules("modules.dep", "kernel/drivers/usb/usbip/vhci-hcd.ko.xz: kernel/drivers/usb/usbip/usbip-core.ko.xz\n");

        VhciCheck.Run(settings).Select(finding => finding.Id).Should().Equal(Environment.IsPrivilegedProcess ? "C-VHCI-LATER" : "C-VHCI-NOT-LOADED");
    }

    [Theory]
    [InlineData(new[] { 0.2, 0.3 }, new[] { "C-ROUND-TRIP" }, "at SuperSpeed what the device can do. Sound and cameras: good. Keyboards and mice: good.")]
    [InlineData(new[] { 10.0, 12.0 }, new[] { "C-ROUND-TRIP" }, "Disks: at most about 12.3 MB/s, at SuperSpeed 104.9 MB/s. Sound and cameras: may crackle.")]
    [InlineData(new[] { 25.0, 30.0 }, new[] { "C-ROUND-TRIP-LONG" }, "Sound and cameras: will not do. Keyboards and mice: good.")]
    [InlineData(new[] { 150.0, 151.0 }, new[] { "C-ROUND-TRIP-LONG" }, "Keyboards and mice: work, with a delay that can be felt.")]
    [InlineData(new[] { 1.0, 40.0 }, new[] { "C-ROUND-TRIP", "C-ROUND-TRIP-UNEVEN" }, "takes 1.0 ms at best and 40.0 ms usually")]
    public void What_a_round_trip_means_for_devices_is_said(double[] milliseconds, string[] ids, string words)
    {
        var findings = RoundTrip.Describe(new HostAddress("pi"), [.. milliseconds.Select(TimeSpan.FromMilliseconds)]).ToArray();

        findings.Select(finding => finding.Id).Should().Equal(ids);
        findings[0].Sentence.Should().Contain(words);
    }

    [Fact]
    public void Programs_get_json_and_the_exit_code_tells()
    {
        Occupy(_rig.Kernel, 0, 1, 2, 3);

        _rig.Run("doctor", "--json").Should().Be(ExitCode.Unhealthy);

        _rig.Result.ToString().Should().StartWith(
            """{"healthy":false,"findings":[{"id":"C-NO-FREE-PORT","severity":"error","sentence":"All 4 ports of vhci_hcd are in use.","try":""");
    }

    private static void CheckOnly(IEnumerable<Finding> findings, string id, string words)
    {
        var finding = findings.Should().ContainSingle(finding => finding.Severity != FindingSeverity.Note).Subject;
        finding.Id.Should().Be(id);
        finding.Sentence.Should().Contain(words).And.EndWith(".");
        finding.Try.Should().NotBeNullOrEmpty();
    }

    private static void Occupy(FakeVhci kernel, params int[] ports) => Array.ForEach(ports, port => kernel.Occupy(port, Used));

    private static void BreakRecord(FakeVhci kernel)
    {
        kernel.Occupy(0, Used);
        Directory.CreateDirectory(kernel.RecordDirectory);
        File.WriteAllText(Path.Combine(kernel.RecordDirectory, "port0"), "pi\n");
    }

    private ClientSettings WithModules(string file, string text)
    {
        Directory.CreateDirectory(Path.Combine(_rig.Kernel.Root, "6.1.0"));
        File.WriteAllText(Path.Combine(_rig.Kernel.Root, "6.1.0", file), text);
        return _rig.Settings with { Driver = new VhciDriver("/nowhere"), Modules = new ModuleTree(_rig.Kernel.Root, "6.1.0") };
    }
}
