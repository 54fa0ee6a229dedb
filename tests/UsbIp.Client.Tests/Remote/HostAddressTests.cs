using UsbIp.Client.Remote;

namespace UsbIp.Client.Tests.Remote;

public class HostAddressTests
{
    [Theory]
    [InlineData("raspberry", "raspberry", 3240)]
    [InlineData("raspberry:3241", "raspberry", 3241)]
    [InlineData("192.0.2.7", "192.0.2.7", 3240)]
    [InlineData("192.0.2.7:1", "192.0.2.7", 1)]
    [InlineData("::1", "::1", 3240)]
    [InlineData("[::1]", "::1", 3240)]
    [InlineData("[::1]:65535", "::1", 65535)]
    [InlineData("[fe80::1%eth0]:3240", "fe80::1%eth0", 3240)]
    public void Every_form_of_an_address_is_understood(string text, string host, int port)
    {
        HostAddress.Parse(text).Should().Be(new HostAddress(host, port));
    }

    [Theory]
    [InlineData("", "'' names no host.")]
    [InlineData(":3240", "':3240' names no host.")]
    [InlineData("pi:", "'pi:': the port '' is not a number between 1 and 65535.")]
    [InlineData("pi:0", "'pi:0': the port '0' is not a number between 1 and 65535.")]
    [InlineData("pi:65536", "'pi:65536': the port '65536' is not a number between 1 and 65535.")]
    [InlineData("pi:usb", "'pi:usb': the port 'usb' is not a number between 1 and 65535.")]
    [InlineData("pi:-1", "'pi:-1': the port '-1' is not a number between 1 and 65535.")]
    [InlineData("a:b:c", "'a:b:c' has more than one colon and is not an IPv6 address.")]
    [InlineData("[::1", "'[::1' opens a bracket and does not close it.")]
    [InlineData("[pi]:3240", "'[pi]:3240': 'pi' is not an IPv6 address.")]
    [InlineData("[::1]3240", "'[::1]3240': '3240' behind the bracket is not a port.")]
    [InlineData("user@pi", "'user@pi': the host name 'user@pi' holds a character that no host name has.")]
    [InlineData("two words", "'two words': the host name 'two words' holds a character that no host name has.")]
    public void What_is_no_address_is_refused_with_the_reason(string text, string sentence)
    {
        var parse = () => HostAddress.Parse(text);

        var error = parse.Should().Throw<CommandException>().Which;
        error.Message.Should().Be(sentence);
        error.ExitCode.Should().Be(ExitCode.Usage);
        error.Hint.Should().NotBeNull();
    }

    [Theory]
    [InlineData("pi", "pi:3240", "pi")]
    [InlineData("pi:1", "pi:1", "pi:1")]
    [InlineData("::1", "[::1]:3240", "::1")]
    [InlineData("[::1]:9", "[::1]:9", "[::1]:9")]
    public void An_address_is_shown_in_a_form_that_can_be_typed_again(string text, string whole, string shortest)
    {
        var address = HostAddress.Parse(text);

        address.ToString().Should().Be(whole);
        address.Argument.Should().Be(shortest);
        HostAddress.Parse(address.Argument).Should().Be(address);
    }
}
