using UsbIp.Devices.Virtual;
using UsbIp.Devices.Virtual.BuiltIn;
using UsbIp.Devices.Virtual.Storage;
using UsbIp.Protocol;

namespace UsbIp.Devices.Tests.Virtual;

public sealed class VirtualDeviceSpecTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData("disk:64M", typeof(VirtualDisk))]
    [InlineData("disk:512", typeof(VirtualDisk))]
    [InlineData("disk:1024G", typeof(VirtualDisk))]
    [InlineData("keyboard", typeof(VirtualKeyboard))]
    [InlineData("serial", typeof(VirtualSerial))]
    [InlineData("zero", typeof(VirtualZero))]
    [InlineData("zero:super,numbered", typeof(VirtualZero))]
    public void Each_kind_has_its_device(string spec, Type type)
    {
        using var device = VirtualDeviceSpec.Parse(spec);

        device.Should().BeOfType(type);
    }

    [Theory]
    [InlineData("zero", UsbSpeed.High)]
    [InlineData("zero:full", UsbSpeed.Full)]
    [InlineData("zero:super", UsbSpeed.Super)]
    public void The_zero_device_has_the_speed_that_was_asked_for(string spec, UsbSpeed speed)
    {
        using var device = VirtualDeviceSpec.Parse(spec);

        device.Definition.Speed.Should().Be(speed);
    }

    [Theory]
    [InlineData("disk:64Q", "'64Q' is not a size")]
    [InlineData("disk:0", "not a multiple of 512")]
    [InlineData("disk:100", "not a multiple of 512")]
    [InlineData("disk:1025G", "1024G")]
    [InlineData("disk:99999999999999999999G", "is not a size")]
    [InlineData("disk", "needs a size or the path")]
    [InlineData("disk:64M,rw", "'rw' is not an option of a disk")]
    [InlineData("disk:64M,ro", "a disk in memory has no options")]
    [InlineData("zero:fast", "'fast' is not an option")]
    [InlineData("keyboard:de", "the keyboard has no options")]
    [InlineData("mouse", "'mouse' is not a kind")]
    [InlineData("", "is not a kind")]
    public void What_makes_no_sense_is_refused_with_the_spec_the_value_and_what_to_try(string spec, string part)
    {
        var parse = () => VirtualDeviceSpec.Parse(spec);

        var refusal = parse.Should().Throw<UsbException>().WithMessage($"--virtual {spec}: *{part}*").Which;
        refusal.Hint.Should().NotBeNullOrEmpty();
    }

    [Fact]
    public void An_image_that_is_not_there_is_refused_with_how_to_make_it()
    {
        var parse = () => VirtualDeviceSpec.Parse($"disk:{_path}");

        parse.Should().Throw<UsbException>().WithMessage($"*{_path}*").Which.Hint.Should().Contain("truncate");
    }

    [Fact]
    public void An_image_too_small_for_a_block_is_refused()
    {
        File.WriteAllBytes(_path, new byte[511]);
        var parse = () => VirtualDeviceSpec.Parse($"disk:{_path}");

        parse.Should().Throw<UsbException>().WithMessage("*511 bytes*");
    }

    [Fact]
    public void An_image_is_opened_read_only_if_asked()
    {
        File.WriteAllBytes(_path, new byte[4096]);
        File.SetAttributes(_path, FileAttributes.ReadOnly);

        using var first = VirtualDeviceSpec.Parse($"disk:{_path},ro");
        using var second = VirtualDeviceSpec.Parse($"disk:{_path},ro");

        first.Definition.SerialNumber.Should().NotBe(second.Definition.SerialNumber);
    }

    [Fact]
    public void An_image_in_use_is_not_written_twice()
    {
        File.WriteAllBytes(_path, new byte[4096]);
        using var first = VirtualDeviceSpec.Parse($"disk:{_path}");

        var second = () => VirtualDeviceSpec.Parse($"disk:{_path}");

        second.Should().Throw<UsbException>().Where(refusal => refusal.Failure == UsbFailure.Busy);
    }
}
