using UsbIp.TestKit;

namespace UsbIp.Protocol.Tests;

/// <summary>The messages of the URB phase, against their golden bytes.</summary>
public sealed class UrbMessageTests
{
    private static readonly DeviceId Device = new(1, 17);

    private static readonly SubmitRequest GetDescriptor = new(
        Seqnum: 7,
        Device,
        UrbDirection.In,
        Endpoint: 0,
        Flags: (TransferFlags)0x200,
        BufferLength: 18,
        StartFrame: 0,
        PacketCount: 0,
        Interval: 0,
        Setup: new SetupPacket(0x80, 6, 0x0100, 0, 18));

    [Fact]
    public void Cmd_submit_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("cmd_submit.hex");
        var written = Samples.UsedBuffer(SubmitRequest.Size);

        var read = SubmitRequest.Read(UrbHeader.Read(golden), golden);
        GetDescriptor.Write(written);

        read.Should().Be(GetDescriptor);
        read.EndpointAddress.Should().Be(0x80);
        written.Should().Equal(golden);
    }

    [Fact]
    public void Cmd_submit_out_is_followed_by_its_data()
    {
        var golden = Golden.Load("cmd_submit_bulk_out.hex");
        var expected = GetDescriptor with
        {
            Seqnum = 8,
            Direction = UrbDirection.Out,
            Endpoint = 2,
            Flags = TransferFlags.ZeroPacket,
            BufferLength = 8,
            PacketCount = -1,
            Setup = default,
        };
        var written = Samples.UsedBuffer(SubmitRequest.Size);

        var read = SubmitRequest.Read(UrbHeader.Read(golden), golden);
        expected.Write(written);

        read.Should().Be(expected);
        read.EndpointAddress.Should().Be(0x02);
        written.Should().Equal(golden[..SubmitRequest.Size]);
        golden.Should().HaveCount(SubmitRequest.Size + read.BufferLength);
    }

    [Fact]
    public void Cmd_submit_of_an_isochronous_urb_is_followed_by_its_packets()
    {
        var golden = Golden.Load("cmd_submit_iso_in.hex");
        IsoPacket[] packets = [new(0, 1024, 0, UrbStatus.NotRun), new(1024, 1024, 0, UrbStatus.NotRun)];

        var read = SubmitRequest.Read(UrbHeader.Read(golden), golden);
        var readPackets = ReadPackets(golden, SubmitRequest.Size, read.PacketCount);

        read.PacketCount.Should().Be(2);
        read.StartFrame.Should().Be(42);
        read.Interval.Should().Be(8);
        read.EndpointAddress.Should().Be(0x83);
        readPackets.Should().Equal(packets);
        Written(packets).Should().Equal(golden[SubmitRequest.Size..]);
    }

    [Fact]
    public void Ret_submit_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("ret_submit.hex");
        var expected = new SubmitReply(Seqnum: 7, UrbStatus.Stall, ActualLength: 12, PacketCount: -1);
        var written = Samples.UsedBuffer(SubmitReply.Size);

        var read = SubmitReply.Read(UrbHeader.Read(golden), golden);
        expected.Write(written);

        read.Should().Be(expected);
        written.Should().Equal(golden[..SubmitReply.Size]);
        golden.Should().HaveCount(SubmitReply.Size + read.ActualLength);
    }

    [Fact]
    public void Ret_submit_of_an_isochronous_urb_is_followed_by_data_and_packets()
    {
        var golden = Golden.Load("ret_submit_iso_in.hex");
        var expected = new SubmitReply(Seqnum: 9, UrbStatus.Ok, ActualLength: 4, StartFrame: 42, PacketCount: 2, ErrorCount: 1);
        IsoPacket[] packets = [new(0, 1024, 4), new(1024, 1024, 0, UrbStatus.ProtocolError)];
        var written = Samples.UsedBuffer(SubmitReply.Size);

        var read = SubmitReply.Read(UrbHeader.Read(golden), golden);
        var readPackets = ReadPackets(golden, SubmitReply.Size + read.ActualLength, read.PacketCount);
        expected.Write(written);

        read.Should().Be(expected);
        readPackets.Should().Equal(packets);
        written.Should().Equal(golden[..SubmitReply.Size]);
        Written(packets).Should().Equal(golden[(SubmitReply.Size + read.ActualLength)..]);
    }

    [Fact]
    public void Cmd_unlink_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("cmd_unlink.hex");
        var expected = new UnlinkRequest(Seqnum: 10, Device, TargetSeqnum: 7);
        var written = Samples.UsedBuffer(UnlinkRequest.Size);

        var read = UnlinkRequest.Read(UrbHeader.Read(golden), golden);
        expected.Write(written);

        read.Should().Be(expected);
        written.Should().Equal(golden);
    }

    [Fact]
    public void Ret_unlink_reads_and_writes_the_golden_bytes()
    {
        var golden = Golden.Load("ret_unlink.hex");
        var expected = new UnlinkReply(Seqnum: 10, UrbStatus.Unlinked);
        var written = Samples.UsedBuffer(UnlinkReply.Size);

        var read = UnlinkReply.Read(UrbHeader.Read(golden), golden);
        expected.Write(written);

        read.Should().Be(expected);
        written.Should().Equal(golden);
    }

    [Theory]
    [InlineData("ret_submit.hex")]
    [InlineData("ret_unlink.hex")]
    public void What_a_reply_says_in_devid_direction_and_ep_does_not_matter(string fileName)
    {
        var golden = Golden.Load(fileName);
        var echoed = golden.ToArray();
        echoed.AsSpan(8, 12).Fill(0xFF);

        var read = UrbHeader.Read(echoed);

        read.Should().Be(UrbHeader.Read(golden));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(5u)]
    [InlineData(0x80000001u)]
    public void An_unknown_command_is_refused_by_its_number(uint command)
    {
        var bytes = WithField("cmd_submit.hex", 0, command);

        var reading = () => UrbHeader.Read(bytes);

        reading.Should().Throw<ProtocolException>().WithMessage($"Message with seqnum 7: command 0x{command:x} is none of *");
    }

    [Theory]
    [InlineData("cmd_submit.hex", 2u, "CMD_SUBMIT seqnum 7: direction 2 is neither OUT 0 nor IN 1.")]
    [InlineData("cmd_unlink.hex", 0xFFFFFFFFu, "CMD_UNLINK seqnum 10: direction 4294967295 is neither OUT 0 nor IN 1.")]
    public void An_unknown_direction_is_refused_by_its_number(string fileName, uint direction, string message)
    {
        var bytes = WithField(fileName, 12, direction);

        var reading = () => UrbHeader.Read(bytes);

        reading.Should().Throw<ProtocolException>().WithMessage(message);
    }

    [Theory]
    [InlineData(16u)]
    [InlineData(0x81u)]
    [InlineData(0x100u)]
    public void An_endpoint_number_beyond_fifteen_is_refused_by_its_number(uint endpoint)
    {
        var bytes = WithField("cmd_submit.hex", 16, endpoint);

        var reading = () => UrbHeader.Read(bytes);

        reading.Should().Throw<ProtocolException>()
            .WithMessage($"CMD_SUBMIT seqnum 7: ep {endpoint} exceeds the highest endpoint number 15.");
    }

    private static byte[] WithField(string fileName, int offset, uint value)
    {
        var bytes = Golden.Load(fileName);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset), value);
        return bytes;
    }

    private static IsoPacket[] ReadPackets(byte[] bytes, int offset, int count) =>
        [.. Enumerable.Range(0, count).Select(index => IsoPacket.Read(bytes.AsSpan(offset + (index * IsoPacket.Size), IsoPacket.Size)))];

    private static byte[] Written(IsoPacket[] packets)
    {
        var bytes = Samples.UsedBuffer(packets.Length * IsoPacket.Size);
        for (var index = 0; index < packets.Length; index++)
        {
            packets[index].Write(bytes.AsSpan(index * IsoPacket.Size));
        }

        return bytes;
    }
}
