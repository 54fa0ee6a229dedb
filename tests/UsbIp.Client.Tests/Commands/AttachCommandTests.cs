using System.Diagnostics.CodeAnalysis;
using UsbIp.Client.Commands;
using UsbIp.Client.Remote;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Client.Vhci;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Commands;

[SuppressMessage("Interoperability", "CA1416", Justification = "The client runs where there is a vhci_hcd: on Linux.")]
public sealed class AttachCommandTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CommandRig _rig = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _unplug = new();

    public void Dispose()
    {
        _rig.Dispose();
        _stop.Dispose();
        _unplug.Dispose();
    }

    [Fact]
    public async Task An_attached_device_is_told_in_one_line_and_detached_at_the_stop()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], Hold);

        var attach = Start(host.Address);
        WaitForLine();

        _rig.Result.ToString().Should().Be("attached 2-1 \"Fake device\" (0781:5581) as port 02: 5-3\n");
        _rig.Kernel.Records.Read(2).Should().Be(new AttachmentRecord("127.0.0.1", host.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "2-1"));

        await _stop.CancelAsync();

        (await attach.WaitAsync(Patience)).Should().Be(ExitCode.Success);
        _rig.Kernel.Driver.ReadPort(2).IsFree.Should().BeTrue();
        _rig.Kernel.Records.Read(2).Should().BeNull();
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public void A_refusal_by_a_host_that_knows_the_offer_is_final_and_another_is_asked_again_without_it(bool knows, int connections)
    {
        using var host = knows
            ? FakeHost.Answering(new ImportDetail("", 0, 0, 0, 0, "").Behind(OperationCode.ImportReply, OperationStatus.NoDevice))
            : FakeHost.Refusing(OperationStatus.NoDevice);

        _rig.Run("attach", "--foreground", host.Address.ToString(), "2-1").Should().Be(ExitCode.NotFound);

        host.Connections.Should().Be(connections);
    }

    [Fact]
    public async Task Detached_by_another_command_the_bridge_ends_well()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], Hold);

        var attach = Start(host.Address);
        WaitForLine();
        _rig.Run("detach", "2").Should().Be(ExitCode.Success);

        (await attach.WaitAsync(Patience)).Should().Be(ExitCode.Success);
    }

    [Fact]
    public async Task A_host_that_goes_away_is_a_lost_network_and_leaves_nothing_behind()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], Hold);

        var attach = Start(host.Address);
        WaitForLine();
        await _unplug.CancelAsync();

        (await attach.WaitAsync(Patience)).Should().Be(ExitCode.Network);
        _rig.Kernel.Driver.ReadPort(2).IsFree.Should().BeTrue();
        _rig.Kernel.Records.Read(2).Should().BeNull();
    }

    [Fact]
    public void A_device_that_the_kernel_does_not_enumerate_is_detached_again()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], Hold);
        _rig.Kernel.Enumerates = false;
        var settings = _rig.Settings with { Patience = 0.05 };

        var attach = () => new AttachCommand(settings, _rig.Output).RunHere(Request(host.Address), json: false, _stop.Token);

        attach.Should().Throw<CommandException>().Which.ExitCode.Should().Be(ExitCode.Timeout);
        _rig.Kernel.Driver.ReadPort(2).IsFree.Should().BeTrue();
    }

    [Fact]
    public async Task A_device_that_went_on_with_the_address_of_the_one_before_it_is_attached_as_any_other()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], Hold);
        _rig.Kernel.Addresses = false;

        var attach = Start(host.Address);
        WaitForLine();
        await _stop.CancelAsync();

        (await attach.WaitAsync(Patience)).Should().Be(ExitCode.Success);
        _rig.Result.ToString().Should().Be("attached 2-1 \"Fake device\" (0781:5581) as port 02: 6-1\n");
    }

    [Fact]
    public async Task Without_waiting_the_line_has_no_local_name()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], Hold);
        _rig.Kernel.Enumerates = false;

        var attach = Start(host.Address, wait: false);
        WaitForLine();
        await _stop.CancelAsync();

        await attach.WaitAsync(Patience);
        _rig.Result.ToString().Should().Be("attached 2-1 (0781:5581) as port 02\n");
    }

    [Fact]
    public void A_device_that_is_attached_already_is_not_asked_for_again()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], Hold);
        _rig.Kernel.Occupy(2, "6 005 00020003 5-1");
        _rig.Kernel.Records.Write(2, new AttachmentRecord(host.Address.Host, host.Address.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "2-1"));

        _rig.Run("attach", "-f", host.Address.ToString(), "2-1").Should().Be(ExitCode.AlreadyRunning);

        _rig.Remarks.ToString().Should().StartWith($"usbip-client: 2-1 of {host.Address} is attached to this machine already, as port 02.\nTry:");
    }

    [Fact]
    public void Without_a_free_port_no_host_is_asked_for_its_device()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], Hold);
        for (var port = 0; port < 4; port++)
        {
            _rig.Kernel.Occupy(port, "6 003 00010009 9-9");
        }

        _rig.Run("attach", "-f", host.Address.ToString(), "2-1").Should().Be(ExitCode.NoFreePort);

        _rig.Remarks.ToString().Should().StartWith("usbip-client: All 4 ports of vhci_hcd are in use.\nTry:");
        host.Connections.Should().Be(0);
    }

    [Fact]
    public void Without_the_right_to_attach_no_host_is_asked_for_its_device()
    {
        using var host = FakeHost.Serving([SampleDevices.Stick], Hold);
        _rig.Kernel.Refusal = new UnauthorizedAccessException();

        _rig.Run("attach", "-f", host.Address.ToString(), "2-1").Should().Be(ExitCode.Permission);

        host.Connections.Should().Be(0);
    }

    [Theory]
    [InlineData("attach", "The command names no host.")]
    [InlineData("attach pi", "The command names no device.")]
    [InlineData("attach -b 1-2", "The command names no host.")]
    [InlineData("attach pi 1-2 1-3", "'1-3' is one word too many: the host is 'pi' and the device '1-2'.")]
    [InlineData("attach -r pi -b 1-2 1-3", "'1-3' is one word too many: the host is 'pi' and the device '1-2'.")]
    [InlineData("attach pi ../etc", "'../etc' names no device: a busid or an alias is 1 to 31 printable characters without spaces or slashes.")]
    [InlineData("attach pi:x 1-2", "'pi:x': the port 'x' is not a number between 1 and 65535.")]
    [InlineData("inspect pi", "The command names no device.")]
    [InlineData("attach -t 0 pi 1-2", "'--tcp-port 0': the port '0' is not a number between 1 and 65535.")]
    [InlineData("list --nonsense pi", "'--nonsense' is not an option of 'list'.")]
    [InlineData("port 3", "'3' is one word too many for 'port'.")]
    [InlineData("unplug", "'unplug' is not a command of usbip-client.")]
    public void A_wrong_command_line_is_explained(string line, string sentence)
    {
        _rig.Run(line.Split(' ')).Should().Be(ExitCode.Usage);

        _rig.Remarks.ToString().Split('\n')[0].Should().Be($"usbip-client: {sentence}");
        _rig.Result.ToString().Should().BeEmpty();
    }

    [Fact]
    public void Help_has_examples_and_the_exit_codes()
    {
        _rig.Run("--help").Should().Be(ExitCode.Success);

        var help = _rig.Result.ToString();
        help.Should().Contain("Examples:").And.Contain("130  interrupted");
        foreach (var number in Enum.GetValues<ExitCode>().Select(code => (int)code))
        {
            help.Should().MatchRegex($@"(?m)^.* {number}  \S");
        }
    }

    private static AttachRequest Request(HostAddress host, bool wait = true) => new(host, DeviceSelector.Parse("2-1"), LogFile: null, wait, ReadAhead: true, IsDebug: false);

    private Task<ExitCode> Start(HostAddress host, bool wait = true) => Task.Factory.StartNew(
        () => new AttachCommand(_rig.Settings, _rig.Output).RunHere(Request(host, wait), json: false, _stop.Token),
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    /// <summary>Keeps the session until the client ends it, or the device is unplugged at its host.</summary>
    private void Hold(RawHost host, DeviceRecord device)
    {
        using var unplugged = _unplug.Token.Register(host.Dispose);
        while (host.Receive() is not null)
        {
            // This kernel asks nothing.
        }
    }

    private void WaitForLine() => SpinWait.SpinUntil(() => _rig.Result.ToString().EndsWith('\n'), Patience).Should().BeTrue();
}
