using UsbIp.Protocol.Selection;

namespace UsbIp.Protocol.Tests.Selection;

/// <summary>What the path field of a device record tells besides the path.</summary>
public sealed class DeviceDescriptionTests
{
    private const string Path = "/sys/bus/usb/devices/1-2";

    private static readonly DeviceTraits Bare = new() { BusId = BusId.Parse("1-2"), VendorId = 1, ProductId = 2 };

    [Fact]
    public void People_can_read_it()
    {
        var device = Bare with { SerialNumber = "4C53", Product = "Ultra Fit", Aliases = ["scanner", "board"] };

        DeviceDescription.Write(Path, device).Should().Be("/sys/bus/usb/devices/1-2 alias=scanner alias=board serial=4C53 product=\"Ultra Fit\"");
    }

    [Fact]
    public void A_device_that_has_nothing_to_tell_has_the_plain_path() => DeviceDescription.Write(Path, Bare).Should().Be(Path);

    [Theory]
    [InlineData("4C53", "Ultra")]
    [InlineData("with space", "=\"quoted\" = value")]
    [InlineData("50%", "Käse ☃")]
    [InlineData("product=x", "serial=y alias=z")]
    [InlineData(null, " leading and trailing ")]
    public void Whatever_a_device_calls_itself_is_read_back(string? serial, string product)
    {
        var text = DeviceDescription.Write(Path, Bare with { SerialNumber = serial, Product = product, Aliases = ["scanner"] });

        var read = DeviceDescription.Read(text);

        read.Should().BeEquivalentTo(new DeviceDescription(Path, ["scanner"], serial, product));
        text.Should().MatchRegex("^[ -~]+$");
    }

    [Fact]
    public void What_does_not_fit_whole_is_left_out_and_the_tail_of_the_field_stays_free()
    {
        var device = Bare with { SerialNumber = new string('s', 126), Product = new string('p', 60), Aliases = ["scanner"] };

        var text = DeviceDescription.Write(Path, device);
        var read = DeviceDescription.Read(text);

        text.Length.Should().BeLessThanOrEqualTo(DeviceDescription.MaxLength);
        read.Should().BeEquivalentTo(new DeviceDescription(Path, ["scanner"], device.SerialNumber, null));
        DeviceDescription.Write(new string('/', 300), device).Should().Be(new string('/', DeviceDescription.MaxLength));
    }

    [Theory]
    [InlineData("/sys/devices/pci0000:00/0000:00:14.0/usb1/1-2")]
    [InlineData(@"USB\VID_0781&PID_5581\4C53 0001")]
    [InlineData("/with speed=high")]
    [InlineData("/with serial=%zz")]
    [InlineData("serial=alone")]
    [InlineData("/odd product=\"")]
    [InlineData("\"")]
    [InlineData(" ")]
    [InlineData("")]
    public void Another_hosts_path_stays_what_it_is(string text) =>
        DeviceDescription.Read(text).Should().BeEquivalentTo(new DeviceDescription(text, [], null, null));

    [Fact]
    public void What_a_host_makes_up_commands_no_terminal()
    {
        var read = DeviceDescription.Read("/x alias=%1B[2J serial=a%0Ab");

        read.Aliases.Should().Equal("?[2J");
        read.SerialNumber.Should().Be("a?b");
    }
}
