using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Session;

/// <summary>Isochronous data: holes on the way out, none on the way back, offsets echoed.</summary>
public sealed class IsochronousTests
{
    [Fact]
    public async Task Iso_out_with_holes_reaches_the_device_packet_by_packet()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        var buffer = Requests.Pattern(300);
        IsoPacket[] packets = [new(0, 50), new(100, 60), new(250, 40)];

        client.Submit(Requests.Iso(1, UrbDirection.Out, 5, 300, 3), buffer, packets);
        var transfer = device.NextSubmitted();

        transfer.IsoPackets.ToArray().Select(packet => packet.Length).Should().Equal(50, 60, 40);
        transfer.Data[..150].ToArray().Should().Equal([.. buffer[..50], .. buffer[100..160], .. buffer[250..290]]);
        foreach (ref var packet in transfer.IsoPackets)
        {
            packet.ActualLength = packet.Length;
        }

        device.Complete(transfer, UrbStatus.Ok, 150);
        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, 150, 0, 3, 0));
        client.ReadIsoPackets(3).Should().Equal(new IsoPacket(0, 50, 50), new IsoPacket(100, 60, 60), new IsoPacket(250, 40, 40));
    }

    [Fact]
    public async Task Iso_in_with_short_and_failed_packets_comes_back_without_holes_and_with_the_clients_offsets()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        IsoPacket[] packets = [new(0, 100), new(128, 100), new(256, 100)];

        client.Submit(Requests.Iso(1, UrbDirection.In, 4, 384, 3) with { StartFrame = 77 }, default, packets);
        var transfer = device.NextSubmitted();
        transfer.Data[..10].Fill(1);
        transfer.Data[200..230].Fill(3);
        transfer.IsoPackets[0].ActualLength = 10;
        transfer.IsoPackets[1].Status = UrbStatus.ProtocolError;
        transfer.IsoPackets[2].ActualLength = 30;
        device.Complete(transfer, UrbStatus.Ok, 0);

        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, 40, 77, 3, 1));
        client.Read(40).Should().Equal([.. Enumerable.Repeat((byte)1, 10), .. Enumerable.Repeat((byte)3, 30)]);
        client.ReadIsoPackets(3).Should().Equal(
            new IsoPacket(0, 100, 10), new IsoPacket(128, 100, 0, UrbStatus.ProtocolError), new IsoPacket(256, 100, 30));
    }

    [Fact]
    public async Task Iso_packets_beyond_the_buffer_are_refused_and_the_stream_stays_in_step()
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Submit(Requests.Iso(1, UrbDirection.Out, 5, 100, 2), new byte[100], new IsoPacket(0, 50), new IsoPacket(60, 41));
        client.Submit(Requests.Iso(2, UrbDirection.In, 4, 100, 2), default, new IsoPacket(0, 60), new IsoPacket(50, 10));
        client.Submit(Requests.Iso(3, UrbDirection.In, 4, 100, 1), default, new IsoPacket(0xFFFFFFF0, 32));
        client.Submit(Requests.Iso(4, UrbDirection.In, 4, 100, 0));
        client.Submit(Requests.In(5, 1, 64));

        for (var seqnum = 1u; seqnum <= 4; seqnum++)
        {
            client.ReadSubmitReply().Should().Be(new SubmitReply(seqnum, UrbStatus.Invalid, 0));
        }

        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        client.ReadSubmitReply().Seqnum.Should().Be(5);
    }
}
