using System.Diagnostics.CodeAnalysis;
using UsbIp.Client.Tests.Doubles;
using UsbIp.Client.Vhci;

namespace UsbIp.Client.Tests.Commands;

[SuppressMessage("Interoperability", "CA1416", Justification = "The client runs where there is a vhci_hcd: on Linux.")]
public sealed class PortCommandTests : IDisposable
{
    private readonly CommandRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Attachments_are_shown_in_the_stock_tools_layout()
    {
        _rig.Kernel.Occupy(2, "6 005 00020003 5-1");
        _rig.Kernel.Plug("5-1");
        _rig.Kernel.Records.Write(2, new AttachmentRecord("pi", "3240", "2-1"));

        _rig.Run("port").Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().Be("""
            Imported USB devices
            ====================
            Port 02: <Port in Use> at Super Speed(5000Mbps)
                   SanDisk Corp. : Ultra (0781:5581)
                   5-1 -> usbip://pi:3240/2-1
                       -> remote bus/dev 002/003

            """);
    }

    [Fact]
    public void An_attachment_without_a_state_file_has_an_unknown_host()
    {
        _rig.Kernel.Occupy(0, "6 003 00010009 5-2");

        _rig.Run("port").Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().EndWith("""
                   5-2 -> unknown host, remote port and remote busid
                       -> remote bus/dev 001/009

            """);
    }

    [Fact]
    public void Programs_get_json_with_the_devices_nodes()
    {
        _rig.Kernel.Occupy(0, "6 005 00020003 5-1");
        FakeVhci.AddNode(_rig.Kernel.Plug("5-1", interfaceClass: "08", product: "Ultra"), "host0/target0/block/sda", "block", "sda");
        _rig.Kernel.Records.Write(0, new AttachmentRecord("pi", "3240", "2-1"));

        _rig.Run("port", "--json").Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().Be(
            """{"ports":[{"port":0,"state":"used","speed":"super","host":"pi:3240","remoteBusId":"2-1","remoteBusNumber":2,"remoteDeviceNumber":3,"localBusId":"5-1","vendorId":"0781","productId":"5581","product":"Ultra","nodes":["/dev/sda"]}],"kept":[]}"""
            + "\n");
    }

    [Fact]
    public void Nothing_attached_is_an_empty_list()
    {
        _rig.Run("port").Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().Be("Imported USB devices\n====================\n");
    }

    [Theory]
    [InlineData("detach 0", ExitCode.NotFound, "Nothing is attached to port 00.")]
    [InlineData("detach -p 00", ExitCode.NotFound, "Nothing is attached to port 00.")]
    [InlineData("detach 4", ExitCode.Usage, "There is no port 4: vhci_hcd has the ports 0 to 3.")]
    [InlineData("detach 99999999999", ExitCode.Usage, "'99999999999' is not a port number.")]
    [InlineData("detach usb", ExitCode.Usage, "'usb' is not a port number.")]
    [InlineData("detach", ExitCode.Usage, "detach takes either a port, a host and its device, or --all.")]
    [InlineData("detach --all 1", ExitCode.Usage, "detach takes either a port, a host and its device, or --all.")]
    public void A_port_that_cannot_be_detached_is_named(string line, ExitCode exitCode, string sentence)
    {
        _rig.Run(line.Split(' ')).Should().Be(exitCode);

        _rig.Remarks.ToString().Should().Be($"usbip-client: {sentence}\nTry: 'usbip-client port' for what is attached.\n");
    }

    [Fact]
    public void Detaching_frees_the_port_and_forgets_where_it_came_from()
    {
        _rig.Kernel.Occupy(2, "6 005 00020003 5-1");
        _rig.Kernel.Records.Write(2, new AttachmentRecord("pi", "3240", "2-1"));

        _rig.Run("detach", "2").Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().Be("detached port 02\n");
        _rig.Kernel.Driver.ReadPort(2).IsFree.Should().BeTrue();
        _rig.Kernel.Records.Read(2).Should().BeNull();
    }

    [Fact]
    public void Everything_can_be_detached_at_once()
    {
        _rig.Kernel.Occupy(0, "6 003 00010009 5-2");
        _rig.Kernel.Occupy(3, "7 000 00000000 0-0");

        _rig.Run("detach", "--all", "--json").Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().Be("""{"detached":[0,3],"ended":[]}""" + "\n");
    }

    [Fact]
    public void A_port_that_is_let_go_of_meanwhile_does_not_keep_the_others_attached()
    {
        _rig.Kernel.Occupy(0, "6 003 00010009 5-2");
        _rig.Kernel.Occupy(1, "6 003 00010008 5-3");
        _rig.Kernel.Vanishing.Add(0);

        _rig.Run("detach", "--all", "--json").Should().Be(ExitCode.Success);

        _rig.Result.ToString().Should().Be("""{"detached":[1],"ended":[]}""" + "\n");
        _rig.Kernel.Driver.ReadPort(1).IsFree.Should().BeTrue();
    }
}
