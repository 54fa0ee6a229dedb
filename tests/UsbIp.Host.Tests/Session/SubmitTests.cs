using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Session;

/// <summary>A CMD_SUBMIT becomes a transfer, and the transfer's end a RET_SUBMIT.</summary>
public sealed class SubmitTests
{
    [Fact]
    public async Task Bulk_out_reaches_the_device_and_is_answered_without_payload()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        var data = Requests.Pattern(70_000);

        client.Submit(Requests.Out(7, 2, data.Length), data);
        var transfer = device.NextSubmitted();

        transfer.EndpointAddress.Should().Be(0x02);
        transfer.Data.ToArray().Should().Equal(data);
        device.Complete(transfer, UrbStatus.Ok, data.Length);
        client.ReadSubmitReply().Should().Be(new SubmitReply(7, UrbStatus.Ok, data.Length));
    }

    [Fact]
    public async Task Bulk_in_brings_what_the_device_gave_and_no_more()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        var data = Requests.Pattern(1000);

        client.Submit(Requests.In(8, 1, 4096));
        var transfer = device.NextSubmitted();
        data.CopyTo(transfer.Data);
        device.Complete(transfer, UrbStatus.Ok, data.Length);

        client.ReadSubmitReply().Should().Be(new SubmitReply(8, UrbStatus.Ok, 1000));
        client.Read(1000).Should().Equal(data);
    }

    [Fact]
    public async Task Failed_bulk_in_still_brings_the_bytes_that_came_before_the_failure()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.In(8, 1, 512));
        var transfer = device.NextSubmitted();
        transfer.Data[..10].Fill(0xAB);
        device.Complete(transfer, UrbStatus.ProtocolError, 10);

        client.ReadSubmitReply().Should().Be(new SubmitReply(8, UrbStatus.ProtocolError, 10));
        client.Read(10).Should().OnlyContain(value => value == 0xAB);
    }

    [Fact]
    public async Task Stall_ends_the_urb_and_not_the_session()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.In(1, 1, 512));
        device.Complete(device.NextSubmitted(), UrbStatus.Stall, 0);
        client.ReadSubmitReply().Status.Should().Be(UrbStatus.Stall);
        client.Submit(Requests.In(2, 1, 512));
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);

        client.ReadSubmitReply().Should().Be(new SubmitReply(2, UrbStatus.Ok, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(5)]
    public async Task Packet_count_of_a_bulk_urb_never_makes_it_isochronous(int packetCount)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.In(3, 1, 64) with { PacketCount = packetCount });
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);

        client.ReadSubmitReply().PacketCount.Should().Be(packetCount == -1 ? -1 : 0);
    }

    [Fact]
    public async Task Zero_length_out_is_a_transfer_of_its_own()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Out(4, 2, 0));
        var transfer = device.NextSubmitted();

        transfer.Length.Should().Be(0);
        device.Complete(transfer, UrbStatus.Ok, 0);
        client.ReadSubmitReply().Should().Be(new SubmitReply(4, UrbStatus.Ok, 0));
    }

    [Fact]
    public async Task Requests_that_arrive_in_pieces_and_in_heaps_are_all_served_in_order()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        device.OnSubmit = transfer =>
        {
            device.Complete(transfer, UrbStatus.Ok, transfer.Length);
            return true;
        };
        using var client = host.Import("1-2");
        var bytes = new List<byte>();
        for (var seqnum = 1u; seqnum <= 200; seqnum++)
        {
            bytes.AddRange(client.Bytes(Requests.Out(seqnum, 2, 100), Requests.Pattern(100, (int)seqnum)));
        }

        var random = new Random(5);
        for (var start = 0; start < bytes.Count;)
        {
            var length = Math.Min(random.Next(1, 400), bytes.Count - start);
            client.Send(bytes.GetRange(start, length).ToArray());
            start += length;
        }

        for (var seqnum = 1u; seqnum <= 200; seqnum++)
        {
            client.ReadSubmitReply().Should().Be(new SubmitReply(seqnum, UrbStatus.Ok, 100));
        }
    }

    [Fact]
    public async Task Sixteen_mebibytes_go_both_ways()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        var data = Requests.Pattern(ProtocolLimits.MaxTransferLength);

        client.Submit(Requests.Out(1, 2, data.Length), data);
        var sent = device.NextSubmitted();
        sent.Data.SequenceEqual(data).Should().BeTrue();
        device.Complete(sent, UrbStatus.Ok, data.Length);
        client.ReadSubmitReply().ActualLength.Should().Be(data.Length);
        client.Submit(Requests.In(2, 1, data.Length));
        var received = device.NextSubmitted();
        data.CopyTo(received.Data);
        var complete = Task.Run(() => device.Complete(received, UrbStatus.Ok, data.Length));

        client.ReadSubmitReply().ActualLength.Should().Be(data.Length);
        client.Read(data.Length).AsSpan().SequenceEqual(data).Should().BeTrue();
        await complete;
    }

    [Fact]
    public async Task Control_urb_carries_its_setup_packet_and_its_data()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Control(5, 0x40, 0x5B, 1, 2, 3), [1, 2, 3]);
        var transfer = device.NextSubmitted();

        transfer.Setup.Should().Be(new SetupPacket(0x40, 0x5B, 1, 2, 3));
        transfer.EndpointAddress.Should().Be(0x00);
        transfer.Data.ToArray().Should().Equal(1, 2, 3);
        device.Complete(transfer, UrbStatus.Ok, 3);
        client.ReadSubmitReply().Should().Be(new SubmitReply(5, UrbStatus.Ok, 3));
    }
}
