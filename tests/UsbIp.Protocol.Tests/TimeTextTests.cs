namespace UsbIp.Protocol.Tests;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData("90", 90)]
    [InlineData("90s", 90)]
    [InlineData("0.5s", 0.5)]
    [InlineData("1.5m", 90)]
    [InlineData("2h", 7_200)]
    [InlineData("1d", 86_400)]
    [InlineData("0", 0)] // whether that makes sense is the option's to say
    public void A_time_is_a_number_and_perhaps_a_unit(string text, double seconds)
    {
        TimeText.TryParse(text, out var parsed).Should().BeTrue();

        parsed.Should().Be(seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("soon")]
    [InlineData("10mm")]
    [InlineData("10 m")]
    [InlineData("1h30m")]
    [InlineData("-5s")]
    [InlineData("1e3")]
    [InlineData("1,5m")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("NaN")]
    public void Anything_else_is_none(string text) => TimeText.TryParse(text, out _).Should().BeFalse();
}
