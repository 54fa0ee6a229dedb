using System.Runtime.CompilerServices;
using UsbIp.Devices.Tests.Virtual;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Tests.Examples;

/// <summary>The device that docs/virtual-devices.md builds: it works, and the page shows this very code.</summary>
public sealed class ThermometerTests
{
    [Fact]
    public void It_tells_the_temperature_in_the_unit_that_the_host_chose()
    {
        using var plugged = new Plugged<Thermometer>(new Thermometer());

        plugged.Device.Measure(21.5).Should().BeTrue();
        plugged.Host.In(1, 4, TransferType.Interrupt).Data.Should().Equal(BitConverter.GetBytes(2150));

        plugged.Host.ControlOut(0x40, 1, 1, 0).Should().Be(UrbStatus.Ok);
        plugged.Device.Measure(21.5).Should().BeTrue();
        plugged.Host.In(1, 4, TransferType.Interrupt).Data.Should().Equal(BitConverter.GetBytes(7070));
        plugged.Host.ControlOut(0x40, 1, 2, 0).Should().Be(UrbStatus.Stall);
    }

    [Fact]
    public void Nobody_is_told_while_no_host_has_it()
    {
        using var thermometer = new Thermometer();

        thermometer.Measure(20).Should().BeFalse();
    }

    [Fact]
    public void The_page_shows_the_code_that_is_tested_here()
    {
        var here = Path.GetDirectoryName(SourcePath())!;
        var page = File.ReadAllText(Path.Combine(here, "../../../docs/virtual-devices.md"));
        var code = File.ReadAllText(Path.Combine(here, "Thermometer.cs"));

        page.Should().Contain(code[code.IndexOf("/// <summary>A thermometer", StringComparison.Ordinal)..].TrimEnd());
    }

    private static string SourcePath([CallerFilePath] string path = "") => path;
}
