using UsbIp.Client.Vhci;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Vhci;

public class VhciStatusTests
{
    [Fact]
    public void The_kernels_table_is_read()
    {
        var ports = VhciStatus.Parse("""
            hub port sta spd dev      sockfd local_busid
            hs  0000 004 000 00000000 000000 0-0
            hs  0003 006 003 0002000b 000011 1-4
            ss  0008 005 000 00000000 000000 0-0
            ss  0009 007 000 00000000 000000 0-0

            """);

        ports.Should().Equal(
            new VhciPort(false, 0, VhciPortState.Free, UsbSpeed.Unknown, default, "0-0"),
            new VhciPort(false, 3, VhciPortState.Used, UsbSpeed.High, new DeviceId(2, 11), "1-4"),
            new VhciPort(true, 8, VhciPortState.NotAssigned, UsbSpeed.Unknown, default, "0-0"),
            new VhciPort(true, 9, VhciPortState.Error, UsbSpeed.Unknown, default, "0-0"));
    }

    [Fact]
    public void A_controller_that_is_not_ready_writes_wider_columns()
    {
        var ports = VhciStatus.Parse("hs  0000 005 000 00000000 0000000000000000 0-0\n");

        ports.Should().ContainSingle().Which.State.Should().Be(VhciPortState.NotAssigned);
    }

    [Theory]
    [InlineData("hs  0000 004 000 00000000 000000")]
    [InlineData("xx  0000 004 000 00000000 000000 0-0")]
    [InlineData("hs  zero 004 000 00000000 000000 0-0")]
    public void A_line_that_is_no_port_is_named(string line)
    {
        var parse = () => VhciStatus.Parse(line).ToArray();

        var error = parse.Should().Throw<CommandException>().Which;
        error.ExitCode.Should().Be(ExitCode.KernelModule);
        error.Message.Should().Contain(line);
    }

    [Theory]
    [InlineData(UsbSpeed.Low, false)]
    [InlineData(UsbSpeed.Full, false)]
    [InlineData(UsbSpeed.High, false)]
    [InlineData(UsbSpeed.Super, true)]
    public void A_port_takes_devices_of_its_hubs_speed(UsbSpeed speed, bool isSuperSpeed)
    {
        new VhciPort(isSuperSpeed, 0, VhciPortState.Free, 0, default, "0-0").Takes(speed).Should().BeTrue();
        new VhciPort(!isSuperSpeed, 0, VhciPortState.Free, 0, default, "0-0").Takes(speed).Should().BeFalse();
    }
}
