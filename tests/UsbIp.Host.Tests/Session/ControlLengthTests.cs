using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>
/// Control URBs whose setup packet and whose header tell two stories: who goes first, and for how long. Whatever they say, the stream stays in step, and
/// nobody gets or leaves a byte beyond what the setup packet allows.
/// </summary>
public sealed class ControlLengthTests
{
    private const byte VendorIn = 0xC0;
    private const byte VendorOut = 0x40;

    [Theory]
    [InlineData(VendorIn, UrbDirection.Out, 8, 8)] // the other direction
    [InlineData(VendorIn, UrbDirection.Out, 8, 0)]
    [InlineData(VendorIn, UrbDirection.Out, 8, 64)]
    [InlineData(VendorOut, UrbDirection.In, 8, 8)]
    [InlineData(VendorOut, UrbDirection.In, 8, 0)]
    [InlineData(VendorOut, UrbDirection.In, 8, 64)]
    [InlineData(VendorIn, UrbDirection.In, 64, 63)] // more asked for than there is room for
    [InlineData(VendorIn, UrbDirection.In, 1, 0)]
    [InlineData(VendorIn, UrbDirection.In, 65535, 4096)]
    [InlineData(VendorOut, UrbDirection.Out, 64, 63)] // more announced than sent
    [InlineData(VendorOut, UrbDirection.Out, 1, 0)]
    [InlineData(VendorOut, UrbDirection.Out, 65535, 20_000)]
    public async Task Setup_packet_that_the_header_contradicts_is_refused_and_the_device_never_sees_it(byte type, UrbDirection direction, int asked, int buffer)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Control(1, type, direction, asked, buffer), new byte[direction == UrbDirection.Out ? buffer : 0]);
        client.Submit(Requests.In(2, 1, 64));

        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Invalid, 0));
        var next = device.NextSubmitted();
        next.EndpointAddress.Should().Be(0x81, "that is the first that the device sees");
        device.Complete(next, UrbStatus.Ok, 0);
        client.ReadSubmitReply().Seqnum.Should().Be(2);
    }

    [Theory]
    [InlineData(8, 8)]
    [InlineData(8, 64)] // Windows clients do that
    [InlineData(8, 100_000)]
    public async Task Write_with_more_behind_it_than_it_announces_gives_the_device_what_was_announced(int asked, int buffer)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        LeaveTraces(client, device);
        var data = Requests.Pattern(buffer);

        client.Submit(Control(2, VendorOut, UrbDirection.Out, asked, buffer), data);
        var transfer = device.NextSubmitted();

        transfer.Data.ToArray().Should().Equal(data[..asked]);
        transfer.Buffer.Span(512)[asked..].ToArray().Should().OnlyContain(left => left == 0xA5, "nothing is written behind the data");
        device.Complete(transfer, UrbStatus.Ok, asked);
        client.ReadSubmitReply().Should().Be(new SubmitReply(2, UrbStatus.Ok, asked));
        ShowThatTheStreamIsInStep(client, device);
    }

    [Theory]
    [InlineData(8, 8, 8)]
    [InlineData(8, 64, 8)]
    [InlineData(8, 64, 3)] // the device has less
    [InlineData(8, 1024 * 1024, 8)]
    public async Task Read_with_more_room_than_it_asks_for_brings_what_the_device_gave_and_no_more(int asked, int buffer, int given)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        LeaveTraces(client, device);

        client.Submit(Control(2, VendorIn, UrbDirection.In, asked, buffer));
        var transfer = device.NextSubmitted();

        transfer.Length.Should().Be(asked, "the device is never given more room than it was asked for");
        transfer.Data[..given].Fill(1);
        device.Complete(transfer, UrbStatus.Ok, given);
        client.ReadSubmitReply().Should().Be(new SubmitReply(2, UrbStatus.Ok, given));
        client.Read(given).Should().OnlyContain(value => value == 1);
        ShowThatTheStreamIsInStep(client, device);
    }

    [Theory]
    [InlineData(VendorIn, UrbDirection.In, 0)]
    [InlineData(VendorIn, UrbDirection.In, 64)]
    [InlineData(VendorIn, UrbDirection.Out, 0)]
    [InlineData(VendorIn, UrbDirection.Out, 64)]
    [InlineData(VendorOut, UrbDirection.In, 0)]
    [InlineData(VendorOut, UrbDirection.In, 64)]
    [InlineData(VendorOut, UrbDirection.Out, 0)]
    [InlineData(VendorOut, UrbDirection.Out, 64)]
    public async Task Request_without_data_has_no_direction_and_carries_none_whatever_the_header_says(byte type, UrbDirection direction, int buffer)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        LeaveTraces(client, device);

        client.Submit(Control(2, type, direction, asked: 0, buffer), new byte[direction == UrbDirection.Out ? buffer : 0]);
        var transfer = device.NextSubmitted();

        transfer.Length.Should().Be(0);
        transfer.Buffer.Span(512).ToArray().Should().OnlyContain(left => left == 0xA5, "nothing is written where no data is");
        device.Complete(transfer, UrbStatus.Ok, 0);
        client.ReadSubmitReply().Should().Be(new SubmitReply(2, UrbStatus.Ok, 0));
        ShowThatTheStreamIsInStep(client, device);
    }

    private static SubmitRequest Control(uint seqnum, byte type, UrbDirection direction, int asked, int buffer) =>
        new(seqnum, default, direction, 0, TransferFlags.None, buffer, 0, 0, 0, new SetupPacket(type, 0x5B, 0, 0, (ushort)asked));

    /// <summary>Fills the memory that the next transfer of up to 512 bytes gets.</summary>
    private static void LeaveTraces(RawClient client, ScriptedDevice device)
    {
        var traces = new byte[512];
        traces.AsSpan().Fill(0xA5);
        client.Submit(Requests.Out(1, 2, traces.Length), traces);
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, traces.Length);
        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, traces.Length));
        Eventually.Holds(() => device.TransfersAlive == 0, "the transfer to be back in its pool");
    }

    private static void ShowThatTheStreamIsInStep(RawClient client, ScriptedDevice device)
    {
        client.Submit(Requests.In(3, 1, 4));
        var transfer = device.NextSubmitted();
        transfer.Data.Fill(7);
        device.Complete(transfer, UrbStatus.Ok, 4);
        client.ReadSubmitReply().Should().Be(new SubmitReply(3, UrbStatus.Ok, 4));
        client.Read(4).Should().Equal(7, 7, 7, 7);
    }
}
