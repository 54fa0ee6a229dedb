using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;
using UsbIp.Host.Tests.LinuxUsb;
using UsbIp.Host.Usbfs;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Tests.Usbfs;

/// <summary>Transfers that go as several URBs: what the kernel would say of each is written into it, and what the client hears is read.</summary>
public sealed unsafe class UsbfsTransferTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();
    private readonly TransferPool _pool = new();
    private readonly UsbfsEventThread _events = new(splitBulk: false, NullLogger.Instance);
    private readonly UsbfsNode _node;
    private readonly UsbfsHandle _handle;

    public UsbfsTransferTests()
    {
        _node = _sysfs.OpenNode("1-1");
        _handle = new UsbfsHandle(_node, UsbfsCapabilities.BulkContinuation | UsbfsCapabilities.NoPacketSizeLimit, 1, _events);
    }

    public void Dispose()
    {
        _handle.Dispose();
        _node.Dispose();
        _events.Dispose();
        _pool.Dispose();
        _sysfs.Dispose();
    }

    [Fact]
    public void A_long_read_that_ends_short_has_the_bytes_before_the_end_and_no_error()
    {
        using var transfer = Bulk(0x81, 3 * UsbfsTransfer.MaxContinued);
        var native = Prepare(transfer);

        End(native.Urb(0), 0, UsbfsTransfer.MaxContinued);
        End(native.Urb(1), -121, 100);
        End(native.Urb(2), -104, 0);
        native.ReadResult();

        (transfer.Status, transfer.ActualLength).Should().Be((UrbStatus.Ok, UsbfsTransfer.MaxContinued + 100));
    }

    [Fact]
    public void Bytes_received_behind_a_short_end_are_the_next_of_the_stream()
    {
        using var transfer = Bulk(0x81, 2 * UsbfsTransfer.MaxContinued);
        var native = Prepare(transfer);
        transfer.Data.Clear();
        transfer.Data[9] = 1;
        transfer.Data[UsbfsTransfer.MaxContinued] = 2;

        End(native.Urb(0), -121, 10);
        End(native.Urb(1), -104, 1);
        native.ReadResult();

        transfer.ActualLength.Should().Be(11);
        transfer.Data[9..11].ToArray().Should().Equal(1, 2);
    }

    [Fact]
    public void A_long_write_that_stalls_says_so_and_how_far_it_came()
    {
        using var transfer = Bulk(0x02, 3 * UsbfsTransfer.MaxContinued);
        var native = Prepare(transfer);

        End(native.Urb(0), 0, UsbfsTransfer.MaxContinued);
        End(native.Urb(1), -32, 512);
        End(native.Urb(2), -104, 0);
        native.ReadResult();

        (transfer.Status, transfer.ActualLength).Should().Be((UrbStatus.Stall, UsbfsTransfer.MaxContinued + 512));
    }

    [Fact]
    public void Only_the_last_part_of_a_long_write_ends_with_an_empty_packet()
    {
        using var transfer = Bulk(0x02, 2 * UsbfsTransfer.MaxContinued);
        transfer.ZeroPacket = true;

        var native = Prepare(transfer);

        native.Urb(0)->Flags.Should().Be(0);
        native.Urb(1)->Flags.Should().Be(UsbfsUrb.BulkContinuation | UsbfsUrb.ZeroPacket);
    }

    [Fact]
    public void Three_hundred_packets_go_as_three_urbs_and_come_back_as_one_transfer()
    {
        using var transfer = Isochronous(packets: 300, length: 8);
        var native = Prepare(transfer);

        for (var index = 0; index < 3; index++)
        {
            var urb = native.Urb(index);
            End(urb, 0, 0);
            for (var packet = 0; packet < urb->PacketCount; packet++)
            {
                UsbfsUrb.Packets(urb)[packet].ActualLength = 8;
            }
        }

        UsbfsUrb.Packets(native.Urb(2))[43] = new UsbfsPacket { Length = 8, ActualLength = 3, Status = -18 };
        native.ReadResult();

        (transfer.Status, transfer.ActualLength).Should().Be((UrbStatus.Ok, (299 * 8) + 3));
        (transfer.IsoPackets[299].Status, transfer.IsoPackets[299].ActualLength).Should().Be((UrbStatus.NotRun, 3));
        (native.Urb(2)->PacketCount, native.Urb(2)->BufferLength).Should().Be((44, 44 * 8));
        (native.Urb(2)->Buffer - transfer.Buffer.Data).Should().Be(256 * 8);
    }

    [Fact]
    public void Packets_wider_than_the_buffer_are_not_handed_to_the_kernel()
    {
        using var transfer = Isochronous(packets: 2, length: 8);
        transfer.IsoPackets[1].Length = 600;

        _handle.TransferFor(null!, transfer).Prepare().Should().BeFalse();
    }

    [Fact]
    public void A_control_transfer_that_asks_for_more_than_its_buffer_is_not_handed_to_the_kernel()
    {
        using var transfer = _pool.Rent(18, 0);
        transfer.Setup = new SetupPacket(0x80, 6, 0x0100, 0, 64);

        _handle.TransferFor(null!, transfer).Prepare().Should().BeFalse();
    }

    [Fact]
    public void A_node_that_is_no_usb_device_is_refused_in_a_sentence()
    {
        using var backend = UsbfsBackend.Create(_sysfs.Options, NullLoggerFactory.Instance);

        var open = () => backend.Open(BusId.Parse("1-1"));

        open.Should().Throw<UsbException>().WithMessage("The device 1-1 does not say what it can (*001/005): *");
    }

    private static void End(UsbfsUrb* urb, int status, int actualLength) => (urb->Status, urb->ActualLength) = (status, actualLength);

    private UsbfsTransfer Prepare(UsbTransfer transfer)
    {
        var native = (UsbfsTransfer)_handle.TransferFor(null!, transfer);
        native.Prepare().Should().BeTrue();
        return native;
    }

    private UsbTransfer Bulk(byte endpoint, int length)
    {
        var transfer = _pool.Rent(length, 0);
        (transfer.Type, transfer.EndpointAddress) = (TransferType.Bulk, endpoint);
        return transfer;
    }

    private UsbTransfer Isochronous(int packets, int length)
    {
        var transfer = _pool.Rent(packets * length, packets);
        (transfer.Type, transfer.EndpointAddress) = (TransferType.Isochronous, 0x83);
        foreach (ref var packet in transfer.IsoPackets)
        {
            packet.Length = length;
        }

        return transfer;
    }
}
