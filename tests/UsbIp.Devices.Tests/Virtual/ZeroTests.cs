using System.Buffers.Binary;
using System.Diagnostics;
using UsbIp.Devices.Virtual.BuiltIn;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Tests.Virtual;

public sealed class ZeroTests : IDisposable
{
    private readonly Plugged<VirtualZero> _zero = new(new VirtualZero(isNumbered: true));

    public void Dispose() => _zero.Dispose();

    [Theory]
    [InlineData(1, TransferType.Bulk, 65536)]
    [InlineData(1, TransferType.Bulk, 100)]
    [InlineData(1, TransferType.Bulk, 0)]
    [InlineData(3, TransferType.Interrupt, 1024)]
    public void A_source_fills_what_is_asked_with_zeros(byte endpoint, TransferType type, int length)
    {
        var (status, data) = _zero.Host.In(endpoint, length, type);

        status.Should().Be(UrbStatus.Ok);
        data.Should().Equal(new byte[length]);
    }

    [Theory]
    [InlineData(1, TransferType.Bulk, 65536)]
    [InlineData(1, TransferType.Bulk, 0)]
    [InlineData(3, TransferType.Interrupt, 100)]
    public void A_sink_takes_everything(byte endpoint, TransferType type, int length)
    {
        _zero.Host.Out(endpoint, new byte[length], type, zeroPacket: true).Should().Be((UrbStatus.Ok, length));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4096)]
    [InlineData(65535)]
    public void What_is_written_with_5b_is_read_back_with_5c(int length)
    {
        var data = new byte[length];
        new Random(length).NextBytes(data);

        _zero.Host.ControlOut(0x40, 0x5B, 0, 0, data).Should().Be(UrbStatus.Ok);

        _zero.Host.Control(0xC0, 0x5C, 0, 0, length).Data.Should().Equal(data);
    }

    [Fact]
    public void Isochronous_in_packets_are_numbered_without_a_gap_across_transfers()
    {
        var numbers = new List<uint>();
        var transfers = Enumerable.Range(0, 6).Select(_ => _zero.Host.SubmitIso(0x82, 8, 192)).ToList();
        foreach (var transfer in transfers)
        {
            _zero.Host.Expect(transfer).ActualLength.Should().Be(8 * 192);
            for (var packet = 0; packet < 8; packet++)
            {
                transfer.IsoPackets[packet].Status.Should().Be(UrbStatus.Ok);
                transfer.IsoPackets[packet].ActualLength.Should().Be(192);
                numbers.Add(BinaryPrimitives.ReadUInt32LittleEndian(transfer.Data[(packet * 192)..]));
            }

            transfer.Dispose();
        }

        numbers.Should().Equal(Enumerable.Range(0, 48).Select(number => (uint)number));
    }

    [Fact]
    public void Isochronous_out_packets_are_counted_and_those_out_of_place_too()
    {
        var order = new uint[] { 0, 1, 2, 5, 6, 6, 7 };
        _zero.Host.Expect(_zero.Host.SubmitIso(
            0x02, order.Length, 16, (index, packet) => BinaryPrimitives.WriteUInt32LittleEndian(packet.Span, order[index]))).Dispose();

        var (_, counters) = _zero.Host.Control(0xC0, 0x60, 0, 0, 12);

        BinaryPrimitives.ReadUInt32LittleEndian(counters.AsSpan(4)).Should().Be(7);
        BinaryPrimitives.ReadUInt32LittleEndian(counters.AsSpan(8)).Should().Be(2);
    }

    [Fact]
    public void An_isochronous_stream_runs_at_its_rate()
    {
        var clock = Stopwatch.StartNew();
        var transfers = Enumerable.Range(0, 10).Select(_ => _zero.Host.SubmitIso(0x82, 20, 64)).ToList();

        foreach (var transfer in transfers)
        {
            _zero.Host.Expect(transfer).Dispose();
        }

        clock.ElapsedMilliseconds.Should().BeGreaterThanOrEqualTo(198, "200 packets of one millisecond each cannot pass sooner")
            .And.BeLessThan(2000, "and should not take much longer, even on a busy machine");
    }

    [Fact]
    public void An_isochronous_transfer_whose_packets_do_not_fit_it_is_invalid()
    {
        var transfer = _zero.Host.Device.CreateTransfer(100, 2);
        transfer.EndpointAddress = 0x82;
        transfer.Type = TransferType.Isochronous;
        transfer.IsoPackets[0].Length = 90;
        transfer.IsoPackets[1].Length = 11;

        _zero.Host.Device.Submit(transfer);

        _zero.Host.Finish(transfer).Status.Should().Be(UrbStatus.Invalid);
    }

    [Fact]
    public void A_cancelled_isochronous_transfer_is_unlinked_and_the_others_run()
    {
        var first = _zero.Host.SubmitIso(0x82, 1000, 64);
        var second = _zero.Host.SubmitIso(0x82, 1000, 64);
        var third = _zero.Host.SubmitIso(0x82, 10, 64);

        _zero.Host.Device.Cancel(second);

        _zero.Host.Expect(second).Status.Should().Be(UrbStatus.Unlinked);
        _zero.Host.Expect(first).Status.Should().Be(UrbStatus.Ok);
        _zero.Host.Expect(third).Status.Should().Be(UrbStatus.Ok);
        foreach (var transfer in new[] { first, second, third })
        {
            transfer.Dispose();
        }
    }

    [Fact]
    public void Interrupt_transfers_come_no_faster_than_their_interval()
    {
        var clock = Stopwatch.StartNew();

        for (var index = 0; index < 50; index++)
        {
            _zero.Host.In(3, 64, TransferType.Interrupt).Status.Should().Be(UrbStatus.Ok);
        }

        clock.ElapsedMilliseconds.Should().BeGreaterThanOrEqualTo(48).And.BeLessThan(2000);
    }
}
