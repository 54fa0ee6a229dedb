using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UsbIp.Host.LibUsb;
using UsbIp.Host.Tests.LinuxUsb;

namespace UsbIp.Host.Tests.LibUsb;

/// <summary>The structs and numbers of libusb.h against ours, as the C compiler of this machine sees them. Says nothing without one.</summary>
public sealed class NativeLayoutTests
{
    private const string Probe = """
        #include <stddef.h>
        #include <stdio.h>
        #include <sys/time.h>
        #include <libusb-1.0/libusb.h>
        #define SHOW(name, value) printf("%s %ld\n", name, (long)(value))
        #define FIELD(type, field) SHOW(#type "." #field, offsetof(struct type, field))
        int main(void) {
            FIELD(libusb_transfer, dev_handle); FIELD(libusb_transfer, flags); FIELD(libusb_transfer, endpoint); FIELD(libusb_transfer, type);
            FIELD(libusb_transfer, timeout); FIELD(libusb_transfer, status); FIELD(libusb_transfer, length); FIELD(libusb_transfer, actual_length);
            FIELD(libusb_transfer, callback); FIELD(libusb_transfer, user_data); FIELD(libusb_transfer, buffer);
            FIELD(libusb_transfer, num_iso_packets); FIELD(libusb_transfer, iso_packet_desc);
            FIELD(libusb_iso_packet_descriptor, length); FIELD(libusb_iso_packet_descriptor, actual_length);
            FIELD(libusb_iso_packet_descriptor, status); SHOW("iso packet size", sizeof(struct libusb_iso_packet_descriptor));
            FIELD(timeval, tv_sec); FIELD(timeval, tv_usec); SHOW("timeval size", sizeof(struct timeval));
            SHOW("no discovery", LIBUSB_OPTION_NO_DEVICE_DISCOVERY); SHOW("zero packet", LIBUSB_TRANSFER_ADD_ZERO_PACKET);
            SHOW("overflow", LIBUSB_TRANSFER_OVERFLOW); SHOW("cancelled", LIBUSB_TRANSFER_CANCELLED); SHOW("stall", LIBUSB_TRANSFER_STALL);
            SHOW("no memory", LIBUSB_ERROR_NO_MEM); SHOW("busy", LIBUSB_ERROR_BUSY); SHOW("not found", LIBUSB_ERROR_NOT_FOUND);
            return 0;
        }
        """;

    [Fact]
    public void Our_structs_and_numbers_are_those_of_the_c_headers()
    {
        if (!CProgram.CanBeBuilt("/usr/include/libusb-1.0/libusb.h"))
        {
            return;
        }

        var native = CProgram.Numbers(Probe);

        native.Should().Equal(Ours());
    }

    [Fact]
    public void Our_iso_packets_lie_where_the_library_puts_them()
    {
        var expected = IntPtr.Size == 8 ? 60 : 40;

        IsoPacketsOffset().Should().Be(expected);
    }

    private static Dictionary<string, long> Ours() => new()
    {
        ["libusb_transfer.dev_handle"] = Transfer(nameof(NativeTransfer.Device)),
        ["libusb_transfer.flags"] = Transfer(nameof(NativeTransfer.Flags)),
        ["libusb_transfer.endpoint"] = Transfer(nameof(NativeTransfer.Endpoint)),
        ["libusb_transfer.type"] = Transfer(nameof(NativeTransfer.Type)),
        ["libusb_transfer.timeout"] = Transfer(nameof(NativeTransfer.TimeoutMilliseconds)),
        ["libusb_transfer.status"] = Transfer(nameof(NativeTransfer.Status)),
        ["libusb_transfer.length"] = Transfer(nameof(NativeTransfer.Length)),
        ["libusb_transfer.actual_length"] = Transfer(nameof(NativeTransfer.ActualLength)),
        ["libusb_transfer.callback"] = Transfer(nameof(NativeTransfer.Callback)),
        ["libusb_transfer.user_data"] = Transfer(nameof(NativeTransfer.UserData)),
        ["libusb_transfer.buffer"] = Transfer(nameof(NativeTransfer.Buffer)),
        ["libusb_transfer.num_iso_packets"] = Transfer(nameof(NativeTransfer.IsoPacketCount)),
        ["libusb_transfer.iso_packet_desc"] = IsoPacketsOffset(),
        ["libusb_iso_packet_descriptor.length"] = Marshal.OffsetOf<NativeIsoPacket>(nameof(NativeIsoPacket.Length)),
        ["libusb_iso_packet_descriptor.actual_length"] = Marshal.OffsetOf<NativeIsoPacket>(nameof(NativeIsoPacket.ActualLength)),
        ["libusb_iso_packet_descriptor.status"] = Marshal.OffsetOf<NativeIsoPacket>(nameof(NativeIsoPacket.Status)),
        ["iso packet size"] = Unsafe.SizeOf<NativeIsoPacket>(),
        ["timeval.tv_sec"] = Marshal.OffsetOf<NativeTimeValue>(nameof(NativeTimeValue.Seconds)),
        ["timeval.tv_usec"] = Marshal.OffsetOf<NativeTimeValue>(nameof(NativeTimeValue.Microseconds)),
        ["timeval size"] = Unsafe.SizeOf<NativeTimeValue>(),
        ["no discovery"] = LibUsbNative.OptionNoDeviceDiscovery,
        ["zero packet"] = LibUsbTransfer.AddZeroPacket,
        ["overflow"] = (long)LibUsbTransferStatus.Overflow,
        ["cancelled"] = (long)LibUsbTransferStatus.Cancelled,
        ["stall"] = (long)LibUsbTransferStatus.Stall,
        ["no memory"] = (long)LibUsbError.NoMemory,
        ["busy"] = (long)LibUsbError.Busy,
        ["not found"] = (long)LibUsbError.NotFound,
    };

    private static long Transfer(string field) => Marshal.OffsetOf<NativeTransfer>(field);

    private static unsafe long IsoPacketsOffset()
    {
        var transfer = default(NativeTransfer);
        return (byte*)NativeTransfer.IsoPackets(&transfer) - (byte*)&transfer;
    }
}
