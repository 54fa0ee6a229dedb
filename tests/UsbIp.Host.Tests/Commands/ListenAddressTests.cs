using UsbIp.Host.Commands;

namespace UsbIp.Host.Tests.Commands;

public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("192.168.1.10", "192.168.1.10:3240")]
    [InlineData("192.168.1.10:3241", "192.168.1.10:3241")]
    [InlineData("0.0.0.0", "0.0.0.0:3240")]
    [InlineData("::", "[::]:3240")]
    [InlineData("::1", "[::1]:3240")]
    [InlineData("[::1]", "[::1]:3240")]
    [InlineData("[fe80::1]:80", "[fe80::1]:80")]
    [InlineData("localhost", "127.0.0.1:3240 [::1]:3240")]
    [InlineData("localhost:7", "127.0.0.1:7 [::1]:7")]
    [InlineData(":7", "127.0.0.1:7 [::1]:7")]
    public void Addresses_are_read_as_people_write_them(string text, string expected)
    {
        string.Join(' ', ListenAddress.Parse(text).Select(address => address.EndPoint)).Should().Be(expected);
    }

    [Theory]
    [InlineData("3240")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4:")]
    [InlineData("1.2.3.4:65536")]
    [InlineData("1.2.3.4:-1")]
    [InlineData("1.2.3.4:x")]
    [InlineData("[::1")]
    [InlineData("[::1]x")]
    [InlineData("example.org")]
    public void What_is_no_address_is_refused_with_the_text_in_the_error(string text)
    {
        var parse = () => ListenAddress.Parse(text);

        parse.Should().Throw<CommandException>().Where(exception => exception.ExitCode == ExitCode.Usage).WithMessage($"'{text}' is no address*");
    }
}
