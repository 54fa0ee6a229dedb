namespace UsbIp.Protocol.Tests;

public sealed class SetupPacketTests
{
    [Fact]
    public void A_setup_packet_is_little_endian()
    {
        byte[] bytes = [0x21, 0x09, 0x34, 0x12, 0x78, 0x56, 0xBC, 0x9A];
        var expected = new SetupPacket(0x21, 9, 0x1234, 0x5678, 0x9ABC);
        var written = Samples.UsedBuffer(SetupPacket.Size);

        var read = SetupPacket.Read(bytes);
        expected.Write(written);

        read.Should().Be(expected);
        written.Should().Equal(bytes);
    }

    [Theory]
    [InlineData(0x80, true)]
    [InlineData(0xC0, true)]
    [InlineData(0x00, false)]
    [InlineData(0x21, false)]
    public void The_highest_bit_of_the_request_type_says_which_way_the_data_goes(byte requestType, bool isIn)
    {
        var setup = new SetupPacket(requestType, 0, 0, 0, 8);

        setup.IsIn.Should().Be(isIn);
    }

    [Fact]
    public void A_setup_packet_prints_in_the_order_in_which_the_field_reads_it()
    {
        var setup = new SetupPacket(0x80, 6, 0x0100, 0, 18);

        setup.ToString().Should().Be("80 06 0100 0000 0012");
    }
}
