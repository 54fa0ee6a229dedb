using UsbIp.Protocol.Descriptors;
using UsbIp.TestKit;

namespace UsbIp.Protocol.Tests;

/// <summary>Every message cut at every byte: nothing is made of bytes that never came.</summary>
public sealed class TruncationTests
{
    [Fact]
    public void A_device_list_cut_at_any_byte_is_the_end_of_the_stream()
    {
        var body = Golden.Load("op_rep_devlist.hex")[OperationHeader.Size..];

        for (var length = 0; length < body.Length; length++)
        {
            var reading = () => DeviceList.ReadBody(new MemoryStream(body[..length]));

            reading.Should().Throw<EndOfStreamException>($"only {length} of {body.Length} bytes came");
        }
    }

    [Fact]
    public void A_device_list_that_arrives_byte_by_byte_is_read_whole()
    {
        var body = Golden.Load("op_rep_devlist.hex")[OperationHeader.Size..];

        var read = DeviceList.ReadBody(new TricklingStream(body));

        read.Should().BeEquivalentTo(Samples.Devices, options => options.WithStrictOrdering());
    }

    [Theory]
    [InlineData("op_req_devlist.hex")]
    [InlineData("op_req_import.hex")]
    [InlineData("op_rep_import.hex")]
    [InlineData("op_rep_import_refused.hex")]
    [InlineData("op_rep_import_refused_why.hex")]
    [InlineData("op_rep_wait.hex")]
    [InlineData("farewell.hex")]
    [InlineData("give_way_question.hex")]
    [InlineData("give_way_yes.hex")]
    [InlineData("give_way_no.hex")]
    [InlineData("op_req_watch.hex")]
    [InlineData("op_rep_watch.hex")]
    [InlineData("watch_heartbeat.hex")]
    [InlineData("cmd_submit.hex")]
    [InlineData("cmd_unlink.hex")]
    [InlineData("ret_submit.hex")]
    [InlineData("ret_unlink.hex")]
    public void A_message_cut_at_any_byte_is_never_read(string fileName)
    {
        var whole = Golden.Load(fileName)[..WireSize(fileName)];

        for (var length = 0; length < whole.Length; length++)
        {
            var reading = () => Messages.Read(fileName, whole[..length]);

            reading.Should().Throw<ArgumentOutOfRangeException>($"only {length} of {whole.Length} bytes are there");
        }
    }

    [Fact]
    public void A_device_descriptor_cut_at_any_byte_is_none()
    {
        var whole = Golden.Load("device_descriptor.hex");

        for (var length = 0; length < whole.Length; length++)
        {
            DeviceDescriptor.TryRead(whole.AsSpan(0, length), out var descriptor).Should().BeFalse();
            descriptor.Should().BeNull();
        }
    }

    [Fact]
    public void A_configuration_cut_at_any_byte_keeps_the_parts_that_are_whole()
    {
        var whole = Golden.Load("configuration_descriptor.hex");
        ConfigurationDescriptor.TryRead(whole, out var expected).Should().BeTrue();

        for (var length = 0; length < whole.Length; length++)
        {
            var isConfiguration = ConfigurationDescriptor.TryRead(whole.AsSpan(0, length), out var cut);

            isConfiguration.Should().Be(length >= ConfigurationDescriptor.HeaderSize);
            var endpoints = cut?.AlternateSettings.SelectMany(setting => setting.Endpoints).Count() ?? 0;
            endpoints.Should().BeLessThanOrEqualTo(expected!.AlternateSettings.Sum(setting => setting.Endpoints.Count));
        }
    }

    [Theory]
    [InlineData("watch_snapshot.hex")]
    [InlineData("watch_overflow.hex")]
    [InlineData("watch_device.hex")]
    [InlineData("watch_event.hex")]
    [InlineData("op_rep_devlist_offer.hex")]
    public void What_comes_from_a_stream_and_is_cut_at_any_byte_is_its_end(string fileName)
    {
        var whole = Golden.Load(fileName);

        for (var length = fileName.StartsWith("op_", StringComparison.Ordinal) ? OperationHeader.Size : 4; length < whole.Length; length++)
        {
            var reading = () => Messages.Read(fileName, whole[..length]);

            reading.Should().Throw<EndOfStreamException>($"only {length} of {whole.Length} bytes came");
        }
    }

    private static int WireSize(string fileName) =>
        !fileName.StartsWith("cmd_", StringComparison.Ordinal) && !fileName.StartsWith("ret_", StringComparison.Ordinal) ? Golden.Load(fileName).Length : ProtocolConstants.UrbHeaderSize;

    /// <summary>A stream that gives one byte at a time, as a slow network may.</summary>
    private sealed class TricklingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, 1)]);
    }
}
