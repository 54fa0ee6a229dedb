using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UsbIp.Host.LibUsb;
using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.Tests.LibUsb;

/// <summary>The structs and numbers of libusb.h against ours, as the C compiler of this machine sees them. Says nothing without one.</summary>
public sealed class NativeLayoutTests
{
    private const string Probe = """
        #include <stddef.h>
        #include <stdio.h>
        #include <sys/ioctl.h>
        #include <sys/time.h>
        #include <linux/usbdevice_fs.h>
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
            SHOW("ioctl size", sizeof(struct usbdevfs_ioctl)); SHOW("USBDEVFS_IOCTL", USBDEVFS_IOCTL); SHOW("USBDEVFS_CONNECT", USBDEVFS_CONNECT);
            SHOW("no discovery", LIBUSB_OPTION_NO_DEVICE_DISCOVERY); SHOW("zero packet", LIBUSB_TRANSFER_ADD_ZERO_PACKET);
            SHOW("overflow", LIBUSB_TRANSFER_OVERFLOW); SHOW("cancelled", LIBUSB_TRANSFER_CANCELLED); SHOW("stall", LIBUSB_TRANSFER_STALL);
            SHOW("no memory", LIBUSB_ERROR_NO_MEM); SHOW("busy", LIBUSB_ERROR_BUSY); SHOW("not found", LIBUSB_ERROR_NOT_FOUND);
            return 0;
        }
        """;

    [Fact]
    public void Our_structs_and_numbers_are_those_of_the_c_headers()
    {
        if (!File.Exists("/usr/include/libusb-1.0/libusb.h") || !File.Exists("/usr/bin/cc"))
        {
            return;
        }

        var native = CompileAndRun();

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
        ["ioctl size"] = Unsafe.SizeOf<LinuxNative.InterfaceControl>(),
        ["USBDEVFS_IOCTL"] = (long)UsbfsNode.InterfaceControlRequest,
        ["USBDEVFS_CONNECT"] = UsbfsNode.ConnectRequest,
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

    private static Dictionary<string, long> CompileAndRun()
    {
        var directory = Directory.CreateTempSubdirectory("usbip-layout");
        try
        {
            var source = Path.Combine(directory.FullName, "probe.c");
            var program = Path.Combine(directory.FullName, "probe");
            File.WriteAllText(source, Probe);
            Run("/usr/bin/cc", "-o", program, source);
            return Run(program).Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .ToDictionary(line => line[..line.LastIndexOf(' ')], line => long.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
        return output;
    }
}
