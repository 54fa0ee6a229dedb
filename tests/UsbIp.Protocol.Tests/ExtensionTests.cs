namespace UsbIp.Protocol.Tests;

/// <summary>What two peers of this project tell each other within an import, and nobody else sees.</summary>
public sealed class ExtensionTests
{
    private const int HeaderSize = 8;

    [Fact]
    public void An_offer_comes_back_and_the_busid_stays_what_it_is()
    {
        var read = Read(Request("1-2.3", Extensions.BulkOnlyOrder));

        read.BusId.ToString().Should().Be("1-2.3");
        read.Offered.Should().Be(Extensions.BulkOnlyOrder);
    }

    [Fact]
    public void Without_an_offer_the_request_is_plain_usbip()
    {
        var bytes = Request("1-2.3", Extensions.None);

        bytes.Skip(HeaderSize + 5).Should().OnlyContain(value => value == 0);
        Read(bytes).Offered.Should().Be(Extensions.None);
    }

    [Fact]
    public void A_busid_that_leaves_no_room_is_sent_without_an_offer()
    {
        var longest = new string('9', ExtensionTail.MaxBusIdLength);
        var tooLong = longest + "9";

        Read(Request(longest, Extensions.BulkOnlyOrder)).Offered.Should().Be(Extensions.BulkOnlyOrder);
        Read(Request(tooLong, Extensions.BulkOnlyOrder)).Should().Be(new ImportRequest(BusId.Parse(tooLong)));
    }

    [Fact]
    public void An_offer_with_any_bit_flipped_is_none()
    {
        var bytes = Request("1-2", Extensions.BulkOnlyOrder);
        for (var bit = (HeaderSize + 24) * 8; bit < bytes.Length * 8; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));

            Read(flipped).Offered.Should().Be(Extensions.None);
        }
    }

    [Fact]
    public void An_answer_comes_back_and_the_record_stays_what_it_is()
    {
        var bytes = new byte[ImportReply.Size];
        ImportReply.WriteGrant(bytes, Samples.GadgetZero, Extensions.BulkOnlyOrder);

        ExtensionTail.ReadAnswer(bytes.AsSpan(HeaderSize, ProtocolConstants.PathFieldSize)).Should().Be(Extensions.BulkOnlyOrder);
        DeviceRecord.Read(bytes.AsSpan(HeaderSize)).Should().Be(Samples.GadgetZero);
    }

    [Fact]
    public void Old_memory_behind_the_path_is_no_answer()
    {
        var random = new Random(1);
        for (var round = 0; round < 1000; round++)
        {
            var field = new byte[ProtocolConstants.PathFieldSize];
            random.NextBytes(field.AsSpan(32));

            ExtensionTail.ReadAnswer(field).Should().Be(Extensions.None);
        }
    }

    private static ImportRequest Read(byte[] message) => ImportRequest.ReadBody(message.AsSpan(HeaderSize));

    private static byte[] Request(string busId, Extensions offered)
    {
        var bytes = new byte[ImportRequest.Size];
        new ImportRequest(BusId.Parse(busId), offered).Write(bytes);
        return bytes;
    }
}
