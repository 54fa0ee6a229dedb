using UsbIp.Protocol.Watching;
using UsbIp.TestKit;

namespace UsbIp.Protocol.Tests;

/// <summary>OP_REQ_WATCH and what follows it, against their golden bytes; and the offer that comes before it.</summary>
public sealed class WatchMessageTests
{
    private static readonly WatchedDevice Device = new(
        BusId.Parse("1-1.2"),
        0x0525,
        0xA4A0,
        WatchedState.Present | WatchedState.Exported | WatchedState.Held,
        1_795_262_400_000,
        "192.168.1.7:40112",
        "Linux Gadget Zero");

    private static readonly WatchedEvent Event = new(
        DeviceEventKind.Refused, 1_795_262_405_000, Device, "192.168.1.9:51000", "192.168.1.7:40112 holds it");

    [Theory]
    [InlineData("op_req_watch.hex", OperationCode.WatchRequest)]
    [InlineData("op_rep_watch.hex", OperationCode.WatchReply)]
    public void The_operation_is_a_header_and_nothing_else(string fileName, OperationCode code)
    {
        var golden = Golden.Load(fileName);
        var written = Samples.UsedBuffer(OperationHeader.Size);

        var read = OperationHeader.Read(golden);
        read.Write(written);

        read.Should().Be(new OperationHeader(code, OperationStatus.Ok));
        written.Should().Equal(golden);
    }

    [Fact]
    public void An_offer_stands_behind_the_last_byte_of_a_list_that_stays_as_it_was()
    {
        var golden = Golden.Load("op_rep_devlist_offer.hex");

        var written = DeviceList.Write([], Extensions.Watch);
        var withDevices = DeviceList.Write(Samples.Devices, Extensions.Watch);

        written.Should().Equal(golden);
        withDevices[..^ExtensionTail.TrailerSize].Should().Equal(Golden.Load("op_rep_devlist.hex"));
        ExtensionTail.ReadTrailer(withDevices.AsSpan(^ExtensionTail.TrailerSize)).Should().Be(Extensions.Watch);
    }

    [Fact]
    public void A_trailer_with_any_bit_flipped_offers_nothing()
    {
        var trailer = DeviceList.Write([], Extensions.Watch)[^ExtensionTail.TrailerSize..];
        for (var bit = 0; bit < trailer.Length * 8; bit++)
        {
            var flipped = trailer.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));

            ExtensionTail.ReadTrailer(flipped).Should().Be(Extensions.None);
        }
    }

    [Fact]
    public void Each_frame_reads_and_writes_the_golden_bytes()
    {
        WatchFrames.Snapshot(2).Should().Equal(Golden.Load("watch_snapshot.hex"));
        WatchFrames.Overflow(300).Should().Equal(Golden.Load("watch_overflow.hex"));
        WatchFrames.Heartbeat().Should().Equal(Golden.Load("watch_heartbeat.hex"));
        WatchFrames.Of(Device).Should().Equal(Golden.Load("watch_device.hex"));
        WatchFrames.Of(Event).Should().Equal(Golden.Load("watch_event.hex"));

        Messages.Read("watch_snapshot.hex", Golden.Load("watch_snapshot.hex")).Should().Be(2u);
        Messages.Read("watch_overflow.hex", Golden.Load("watch_overflow.hex")).Should().Be(300u);
        Messages.Read("watch_device.hex", Golden.Load("watch_device.hex")).Should().Be(Device);
        Messages.Read("watch_event.hex", Golden.Load("watch_event.hex")).Should().Be(Event);
    }

    [Fact]
    public void Every_byte_of_a_buffer_that_was_used_before_is_written()
    {
        var device = Samples.UsedBuffer(WatchedDevice.Size);
        var what = Samples.UsedBuffer(WatchedEvent.Size);

        Device.Write(device);
        Event.Write(what);

        device.Should().Equal(Golden.Load("watch_device.hex")[WatchFrameHeader.Size..]);
        what.Should().Equal(Golden.Load("watch_event.hex")[WatchFrameHeader.Size..]);
    }

    [Theory]
    [InlineData("01000401", "Watch frame of kind 1: its length 1025 exceeds the limit of 1024 bytes.")]
    [InlineData("63000401", "Watch frame of kind 99: its length 1025 exceeds the limit of 1024 bytes.")]
    [InlineData("01000003", "Watch frame of kind 1: its length 3 is less than the 4 bytes of that kind.")]
    [InlineData("020000AF", "Watch frame of kind 2: its length 175 is less than the 176 bytes of that kind.")]
    [InlineData("0300017F", "Watch frame of kind 3: its length 383 is less than the 384 bytes of that kind.")]
    public void A_length_that_cannot_be_is_refused_before_the_body_is_read(string header, string message)
    {
        var reading = () => WatchFrameHeader.Read(Convert.FromHexString(header));

        reading.Should().Throw<ProtocolException>().WithMessage(message);
    }

    [Theory]
    [InlineData("63000400", 99, 1024)]
    [InlineData("030003FF", 3, 1023)]
    [InlineData("05FF0000", 5, 0)]
    public void Kinds_of_the_future_and_longer_bodies_are_read(string header, int kind, int length)
    {
        WatchFrameHeader.Read(Convert.FromHexString(header)).Should().Be(new WatchFrameHeader((WatchFrameKind)kind, length));
    }

    [Fact]
    public void A_time_beyond_the_calendar_is_refused()
    {
        var bytes = Golden.Load("watch_event.hex")[WatchFrameHeader.Size..];
        bytes.AsSpan(8, 8).Fill(0x7F);

        var reading = () => WatchedEvent.Read(bytes);

        reading.Should().Throw<ProtocolException>().WithMessage("*the end of the year 9999*");
    }

    [Fact]
    public void Texts_that_are_too_long_are_cut_and_what_drives_a_terminal_is_not_printed()
    {
        var bytes = new byte[WatchedEvent.Size];

        (Event with { Reason = "\e[2J" + new string('r', 300), Client = new string('c', 100) }).Write(bytes);
        var read = WatchedEvent.Read(bytes);

        read.Reason.Should().StartWith("?[2Jrr").And.HaveLength(127);
        read.Client.Should().HaveLength(63);
    }
}
