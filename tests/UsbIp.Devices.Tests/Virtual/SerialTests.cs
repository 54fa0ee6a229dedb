using UsbIp.Devices.Virtual.BuiltIn;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Tests.Virtual;

public sealed class SerialTests : IDisposable
{
    private readonly Plugged<VirtualSerial> _serial = new(new VirtualSerial());

    public void Dispose() => _serial.Dispose();

    [Fact]
    public void Every_byte_comes_back_in_order_whatever_the_sizes_of_the_transfers()
    {
        var random = new Random(1 << 20);
        var sent = new byte[1 << 20];
        random.NextBytes(sent);
        var echoed = new List<byte>(sent.Length);
        var position = 0;

        while (echoed.Count < sent.Length)
        {
            var count = Math.Min(random.Next(0, 5000), sent.Length - position);
            _serial.Host.Out(1, sent.AsSpan(position, count)).Should().Be((UrbStatus.Ok, count));
            position += count;
            if (position > echoed.Count)
            {
                echoed.AddRange(_serial.Host.In(1, random.Next(1, 5000)).Data);
            }
        }

        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(echoed).SequenceEqual(sent).Should().BeTrue();
    }

    [Fact]
    public void A_writer_that_nobody_reads_is_held_back_and_goes_on_when_it_is_read()
    {
        _serial.Host.Out(1, new byte[VirtualSerial.EchoCapacity]).Status.Should().Be(UrbStatus.Ok);

        var held = _serial.Host.SubmitOut(1, new byte[1000]);
        _serial.Host.CompletedCount.Should().Be(0);
        var read = _serial.Host.SubmitIn(1, 600);
        _serial.Host.Finish(read).Data.Should().HaveCount(600);
        _serial.Host.CompletedCount.Should().Be(0, "400 bytes do not fit yet");
        read = _serial.Host.SubmitIn(1, 600);

        _serial.Host.Finish(read).Data.Should().HaveCount(600);
        _serial.Host.Expect(held).ActualLength.Should().Be(1000);
        held.Dispose();
    }

    [Fact]
    public void A_writer_cancelled_half_way_says_how_far_it_came()
    {
        _serial.Host.Out(1, new byte[VirtualSerial.EchoCapacity - 100]).Status.Should().Be(UrbStatus.Ok);
        var held = _serial.Host.SubmitOut(1, new byte[1000]);

        _serial.Host.Device.Cancel(held);

        _serial.Host.Expect(held).Should().BeEquivalentTo(new { Status = UrbStatus.Unlinked, ActualLength = 100 });
        held.Dispose();
    }

    [Fact]
    public void Line_coding_is_kept_and_carrier_follows_the_terminal()
    {
        var coding = new byte[] { 0x80, 0x25, 0, 0, 0, 0, 8 };

        _serial.Host.ControlOut(0x21, 0x20, 0, 0, coding).Should().Be(UrbStatus.Ok);
        _serial.Host.ControlOut(0x21, 0x22, 3, 0).Should().Be(UrbStatus.Ok);
        _serial.Host.ControlOut(0x21, 0x23, 100, 0).Should().Be(UrbStatus.Ok);

        _serial.Host.Control(0xA1, 0x21, 0, 0, 7).Data.Should().Equal(coding);
        _serial.Host.In(2, 16, TransferType.Interrupt).Data.Should().Equal(0xA1, 0x20, 0, 0, 0, 0, 2, 0, 3, 0);
        _serial.Host.ControlOut(0x21, 0x20, 0, 0, 1, 2, 3).Should().Be(UrbStatus.Stall);
    }
}
