using System.Net;
using UsbIp.Host.Rules;

namespace UsbIp.Host.Tests.Rules;

public sealed class AddressRangeTests
{
    [Theory]
    [InlineData("192.168.1.7", "192.168.1.7", "192.168.1.6")]
    [InlineData("192.168.1.0/24", "192.168.1.255", "192.168.2.0")]
    [InlineData("192.168.1.77/24", "192.168.1.1", "192.168.0.1")]
    [InlineData("10.0.0.0/9", "10.127.0.1", "10.128.0.1")]
    [InlineData("::1", "::1", "::2")]
    [InlineData("fd00::/8", "fdff::1", "fe00::1")]
    [InlineData("192.168.1.7", "::ffff:192.168.1.7", "::ffff:192.168.1.8")]
    [InlineData("::ffff:192.168.1.7", "192.168.1.7", "192.168.1.8")]
    [InlineData("::ffff:192.168.1.0/120", "::ffff:192.168.1.9", "192.168.2.9")]
    [InlineData("0.0.0.0/0", "8.8.8.8", "2001:db8::1")]
    public void It_has_the_addresses_that_begin_alike_and_no_others(string text, string inside, string outside)
    {
        AddressRange.TryParse(text, out var range).Should().BeTrue();

        range!.Contains(IPAddress.Parse(inside)).Should().BeTrue();
        range.Contains(IPAddress.Parse(outside)).Should().BeFalse();
    }

    [Theory]
    [InlineData("192.168.1.7", "192.168.1.7")]
    [InlineData("192.168.1.77/24", "192.168.1.0/24")]
    [InlineData("FD00::1/8", "fd00::/8")]
    [InlineData("::ffff:192.168.1.7/112", "192.168.0.0/16")]
    public void It_is_written_in_its_shortest_form(string text, string written)
    {
        AddressRange.TryParse(text, out var range).Should().BeTrue();

        range!.ToString().Should().Be(written);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("192.168.1")]
    [InlineData("192.168.1.0/33")]
    [InlineData("192.168.1.0/-1")]
    [InlineData("192.168.1.0/")]
    [InlineData("::1/129")]
    [InlineData("::ffff:192.168.1.7/95")]
    [InlineData("fe80::1%eth0")]
    [InlineData("localhost")]
    public void Anything_else_is_refused(string text) => AddressRange.TryParse(text, out _).Should().BeFalse();
}
