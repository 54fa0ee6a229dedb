namespace UsbIp.Protocol.Tests;

public sealed class BusIdTests
{
    [Theory]
    [InlineData("1-2")]
    [InlineData("3-1.4.2")]
    [InlineData("250-1")]
    [InlineData("255-255.255.255.255.255.255")]
    public void A_linux_path_of_ports_is_a_busid(string text)
    {
        var busId = BusId.Parse(text);

        busId.ToString().Should().Be(text);
        busId.IsBusPortPath.Should().BeTrue();
    }

    [Theory]
    [InlineData("usb1")]
    [InlineData("1-2-3")]
    [InlineData("1-2.")]
    [InlineData("1-2..3")]
    [InlineData("-1")]
    [InlineData("1-")]
    [InlineData("1-1000")]
    [InlineData("1-x")]
    [InlineData("..")]
    public void Other_servers_may_name_devices_otherwise(string text)
    {
        var busId = BusId.Parse(text);

        busId.ToString().Should().Be(text);
        busId.IsBusPortPath.Should().BeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2")]
    [InlineData("../1-2")]
    [InlineData("1-2\n")]
    [InlineData("1-2\0")]
    [InlineData("1-\u007f")]
    [InlineData("1-\u0662")]
    [InlineData("1-2.3.4.5.6.7.8.9.10.11.12.13.14")]
    public void What_cannot_stand_in_the_field_or_in_a_path_is_no_busid(string text)
    {
        var parsed = BusId.TryParse(text, out var busId);
        var parsing = () => BusId.Parse(text);

        parsed.Should().BeFalse();
        busId.Should().Be(default(BusId));
        parsing.Should().Throw<FormatException>().WithMessage($"'{text}' is not a busid such as 1-2 or 3-1.4.");
    }

    [Fact]
    public void The_longest_busid_fills_its_field_up_to_the_nul()
    {
        var longest = new string('1', BusId.MaxLength);
        var bytes = Samples.UsedBuffer(ImportRequest.Size);

        new ImportRequest(BusId.Parse(longest)).Write(bytes);

        bytes[^1].Should().Be(0);
        ImportRequest.ReadBody(bytes.AsSpan(OperationHeader.Size)).BusId.ToString().Should().Be(longest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2")]
    [InlineData("a/b")]
    public void A_request_for_no_busid_is_refused_with_what_it_held(string text)
    {
        var field = new byte[ProtocolConstants.BusIdFieldSize];
        System.Text.Encoding.ASCII.GetBytes(text, field);

        var reading = () => ImportRequest.ReadBody(field);

        reading.Should().Throw<ProtocolException>().WithMessage($"The field busid '{text}' is not a busid.");
    }

    [Fact]
    public void Bytes_behind_the_nul_are_ignored()
    {
        var field = Samples.UsedBuffer(ProtocolConstants.BusIdFieldSize);
        "1-2\0"u8.CopyTo(field);

        var request = ImportRequest.ReadBody(field);

        request.BusId.Should().Be(BusId.Parse("1-2"));
    }
}
