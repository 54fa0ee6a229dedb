using UsbIp.Devices.Virtual.BuiltIn;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Tests.Virtual;

public sealed class KeyboardTests : IDisposable
{
    private readonly Plugged<VirtualKeyboard> _keyboard = new(new VirtualKeyboard());

    public KeyboardTests() => _keyboard.Host.ControlOut(0, 9, 1, 0).Should().Be(UrbStatus.Ok);

    public void Dispose() => _keyboard.Dispose();

    [Fact]
    public void Each_key_is_pressed_and_released_in_order()
    {
        _keyboard.Device.Type("aA1!\n");

        Reports(10).Should().Equal(
            "00 04", "00 00", "02 04", "00 00", "00 1e", "00 00", "02 1e", "00 00", "00 28", "00 00");
    }

    [Fact]
    public void A_host_that_polls_slowly_misses_no_key()
    {
        const string Text = "The quick brown fox jumps over the lazy dog; 0123456789 ~`@#$%^&*()_+-={}[]|\\:\"'<>?,./\t";
        for (var round = 0; round < 20; round++)
        {
            _keyboard.Device.Type(Text);
        }

        var reports = Reports(Text.Length * 2 * 20);

        reports.Where((_, index) => index % 2 == 1).Should().OnlyContain(report => report == "00 00");
        reports.Take(Text.Length * 2).Should().Equal(reports.Skip(Text.Length * 2 * 19));
        reports.Where((_, index) => index % 2 == 0).Distinct().Should().HaveCount(Text.Distinct().Count(), "each character has its own key");
    }

    [Fact]
    public void A_poll_waits_until_something_is_typed()
    {
        var poll = _keyboard.Host.SubmitIn(1, 8, TransferType.Interrupt);
        _keyboard.Host.CompletedCount.Should().Be(0);

        _keyboard.Device.Type("z");

        _keyboard.Host.Finish(poll).Data.Should().Equal(0, 0, 0x1D, 0, 0, 0, 0, 0);
    }

    [Theory]
    [InlineData("sch\u00F6n", "'\u00F6' (U+00F6)")]
    [InlineData("bell\a", "U+0007")]
    [InlineData("nul\0", "U+0000")]
    public void A_character_that_is_not_on_the_keyboard_is_named_before_anything_is_typed(string text, string name)
    {
        var type = () => _keyboard.Device.Type(text);

        type.Should().Throw<UsbException>().WithMessage($"*{name}*nothing was typed*");
        _keyboard.Device.Type("x");
        Reports(1).Should().Equal("00 1b");
    }

    [Fact]
    public void Typing_is_refused_while_nobody_has_the_keyboard()
    {
        var type = () => _keyboard.Device.Type("x");
        _keyboard.Reopen();
        type.Should().Throw<UsbException>().WithMessage("*not attached*", "it is open, but no kernel has configured it");

        _keyboard.Host.Dispose();

        type.Should().Throw<UsbException>().WithMessage("*not attached*");
    }

    [Fact]
    public void More_than_the_keyboard_can_keep_is_refused_as_a_whole()
    {
        _keyboard.Device.Type(new string('a', VirtualKeyboard.MaxWaitingCharacters));

        var type = () => _keyboard.Device.Type("b");

        type.Should().Throw<UsbException>().Where(refusal => refusal.Failure == UsbFailure.Busy);
    }

    [Fact]
    public void The_requests_of_the_class_are_answered()
    {
        var hid = _keyboard.Host.Control(0x81, 6, 0x2100, 0, 9).Data;
        var report = _keyboard.Host.Control(0x81, 6, 0x2200, 0, 255).Data;

        report.Should().HaveCount(hid[7]);
        _keyboard.Host.ControlOut(0x21, 9, 0x0200, 0, 3).Should().Be(UrbStatus.Ok);
        _keyboard.Device.Leds.Should().Be(3);
        _keyboard.Host.ControlOut(0x21, 0x0A, 0x0500, 0).Should().Be(UrbStatus.Ok);
        _keyboard.Host.Control(0xA1, 2, 0, 0, 1).Data.Should().Equal(5);
        _keyboard.Host.ControlOut(0x21, 0x0B, 0, 0).Should().Be(UrbStatus.Ok);
        _keyboard.Host.Control(0xA1, 3, 0, 0, 1).Data.Should().Equal(0);
        _keyboard.Host.Control(0xA1, 1, 0x0100, 0, 8).Data.Should().Equal(new byte[8]);
        _keyboard.Host.ControlOut(0x21, 0x55, 0, 0).Should().Be(UrbStatus.Stall);
    }

    private List<string> Reports(int count)
    {
        var reports = new List<string>(count);
        for (var index = 0; index < count; index++)
        {
            var (status, report) = _keyboard.Host.In(1, 8, TransferType.Interrupt);
            status.Should().Be(UrbStatus.Ok);
            reports.Add($"{report[0]:x2} {report[2]:x2}");
        }

        return reports;
    }
}
