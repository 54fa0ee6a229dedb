using UsbIp.Host.Rules;

namespace UsbIp.Host.Tests.Rules;

public sealed class AliasNameTests
{
    [Theory]
    [InlineData("scanner")]
    [InlineData("disk-2")]
    [InlineData("3d_printer.left")]
    [InlineData("a")]
    [InlineData("12345678901234567890123")]
    public void What_people_call_a_device_is_an_alias(string name) => AliasName.Problem(name).Should().BeNull();

    [Theory]
    [InlineData("123456789012345678901234", "The alias '123456789012345678901234' has 24 characters; the longest has 23.")]
    [InlineData("", "'' is no alias: one is made of*")]
    [InlineData("my scanner", "'my scanner' is no alias: one is made of*")]
    [InlineData("-r", "'-r' is no alias: one is made of*")]
    [InlineData("scän", "'scän' is no alias: one is made of*")]
    [InlineData("a/b", "'a/b' is no alias: one is made of*")]
    [InlineData("serial:1", "'serial:1' is no alias: one is made of*")]
    [InlineData("1-2", "'1-2' is no alias: it looks like a busid.")]
    [InlineData("1-2.3", "'1-2.3' is no alias: it looks like a busid.")]
    [InlineData("1234-5678", "'1234-5678' is no alias: it looks like a busid.")]
    [InlineData("usb1", "'usb1' is no alias: it looks like a busid.")]
    public void What_could_be_something_else_is_none(string name, string sentence) => AliasName.Problem(name).Should().Match(sentence);
}
