using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UsbIp.Host.LinuxUsb;
using UsbIp.Host.Tests.LinuxUsb;
using UsbIp.Host.Usbfs;

namespace UsbIp.Host.Tests.Usbfs;

/// <summary>The structs and requests of usbfs and epoll against ours, as the C compiler of this machine sees them. Says nothing without one.</summary>
public sealed class UsbfsLayoutTests
{
    private const string Probe = """
        #include <stddef.h>
        #include <stdio.h>
        #include <sys/epoll.h>
        #include <sys/ioctl.h>
        #include <linux/usbdevice_fs.h>
        #define SHOW(name, value) printf("%s %ld\n", name, (long)(value))
        #define FIELD(type, field) SHOW(#type "." #field, offsetof(struct type, field))
        #define NUMBER(name) SHOW(#name, name)
        int main(void) {
            FIELD(usbdevfs_urb, type); FIELD(usbdevfs_urb, endpoint); FIELD(usbdevfs_urb, status); FIELD(usbdevfs_urb, flags);
            FIELD(usbdevfs_urb, buffer); FIELD(usbdevfs_urb, buffer_length); FIELD(usbdevfs_urb, actual_length);
            FIELD(usbdevfs_urb, start_frame); FIELD(usbdevfs_urb, number_of_packets); FIELD(usbdevfs_urb, error_count);
            FIELD(usbdevfs_urb, usercontext); FIELD(usbdevfs_urb, iso_frame_desc); SHOW("packet", sizeof(struct usbdevfs_iso_packet_desc));
            FIELD(usbdevfs_disconnect_claim, driver); SHOW("ioctl", sizeof(struct usbdevfs_ioctl)); SHOW("epoll_event", sizeof(struct epoll_event));
            NUMBER(USBDEVFS_SUBMITURB); NUMBER(USBDEVFS_DISCARDURB); NUMBER(USBDEVFS_REAPURBNDELAY); NUMBER(USBDEVFS_SETINTERFACE);
            NUMBER(USBDEVFS_SETCONFIGURATION); NUMBER(USBDEVFS_RELEASEINTERFACE); NUMBER(USBDEVFS_RESET); NUMBER(USBDEVFS_CLEAR_HALT);
            NUMBER(USBDEVFS_GET_CAPABILITIES); NUMBER(USBDEVFS_DISCONNECT_CLAIM); NUMBER(USBDEVFS_IOCTL); NUMBER(USBDEVFS_CONNECT);
            NUMBER(USBDEVFS_URB_TYPE_ISO); NUMBER(USBDEVFS_URB_TYPE_INTERRUPT); NUMBER(USBDEVFS_URB_TYPE_CONTROL); NUMBER(USBDEVFS_URB_TYPE_BULK);
            NUMBER(USBDEVFS_URB_SHORT_NOT_OK); NUMBER(USBDEVFS_URB_ISO_ASAP); NUMBER(USBDEVFS_URB_BULK_CONTINUATION); NUMBER(USBDEVFS_URB_ZERO_PACKET);
            NUMBER(USBDEVFS_CAP_BULK_CONTINUATION); NUMBER(USBDEVFS_CAP_NO_PACKET_SIZE_LIM); NUMBER(USBDEVFS_CAP_BULK_SCATTER_GATHER);
            NUMBER(USBDEVFS_CAP_REAP_AFTER_DISCONNECT); NUMBER(USBDEVFS_DISCONNECT_CLAIM_EXCEPT_DRIVER);
            return 0;
        }
        """;

    [Fact]
    public void Our_structs_and_requests_are_those_of_the_c_headers()
    {
        if (!CProgram.CanBeBuilt())
        {
            return;
        }

        var native = CProgram.Numbers(Probe);

        native.Should().Equal(Ours());
    }

    private static Dictionary<string, long> Ours() => new()
    {
        ["usbdevfs_urb.type"] = Urb(nameof(UsbfsUrb.Type)),
        ["usbdevfs_urb.endpoint"] = Urb(nameof(UsbfsUrb.Endpoint)),
        ["usbdevfs_urb.status"] = Urb(nameof(UsbfsUrb.Status)),
        ["usbdevfs_urb.flags"] = Urb(nameof(UsbfsUrb.Flags)),
        ["usbdevfs_urb.buffer"] = Urb(nameof(UsbfsUrb.Buffer)),
        ["usbdevfs_urb.buffer_length"] = Urb(nameof(UsbfsUrb.BufferLength)),
        ["usbdevfs_urb.actual_length"] = Urb(nameof(UsbfsUrb.ActualLength)),
        ["usbdevfs_urb.start_frame"] = Urb(nameof(UsbfsUrb.StartFrame)),
        ["usbdevfs_urb.number_of_packets"] = Urb(nameof(UsbfsUrb.PacketCount)),
        ["usbdevfs_urb.error_count"] = Urb(nameof(UsbfsUrb.ErrorCount)),
        ["usbdevfs_urb.usercontext"] = Urb(nameof(UsbfsUrb.UserContext)),
        ["usbdevfs_urb.iso_frame_desc"] = Unsafe.SizeOf<UsbfsUrb>(),
        ["packet"] = Unsafe.SizeOf<UsbfsPacket>(),
        ["usbdevfs_disconnect_claim.driver"] = Marshal.OffsetOf<UsbfsDisconnectClaim>(nameof(UsbfsDisconnectClaim.Driver)),
        ["ioctl"] = Unsafe.SizeOf<LinuxNative.InterfaceControl>(),
        ["epoll_event"] = EpollSet.EventSize,
        ["USBDEVFS_SUBMITURB"] = (long)UsbfsRequests.SubmitRequest,
        ["USBDEVFS_DISCARDURB"] = (long)UsbfsRequests.DiscardRequest,
        ["USBDEVFS_REAPURBNDELAY"] = (long)UsbfsRequests.ReapWithoutWaitingRequest,
        ["USBDEVFS_SETINTERFACE"] = (long)UsbfsRequests.SetInterfaceRequest,
        ["USBDEVFS_SETCONFIGURATION"] = (long)UsbfsRequests.SetConfigurationRequest,
        ["USBDEVFS_RELEASEINTERFACE"] = (long)UsbfsRequests.ReleaseInterfaceRequest,
        ["USBDEVFS_RESET"] = (long)UsbfsRequests.ResetRequest,
        ["USBDEVFS_CLEAR_HALT"] = (long)UsbfsRequests.ClearHaltRequest,
        ["USBDEVFS_GET_CAPABILITIES"] = (long)UsbfsRequests.GetCapabilitiesRequest,
        ["USBDEVFS_DISCONNECT_CLAIM"] = (long)UsbfsRequests.DisconnectClaimRequest,
        ["USBDEVFS_IOCTL"] = (long)UsbfsNode.InterfaceControlRequest,
        ["USBDEVFS_CONNECT"] = UsbfsNode.ConnectRequest,
        ["USBDEVFS_URB_TYPE_ISO"] = UsbfsUrb.TypeIsochronous,
        ["USBDEVFS_URB_TYPE_INTERRUPT"] = UsbfsUrb.TypeInterrupt,
        ["USBDEVFS_URB_TYPE_CONTROL"] = UsbfsUrb.TypeControl,
        ["USBDEVFS_URB_TYPE_BULK"] = UsbfsUrb.TypeBulk,
        ["USBDEVFS_URB_SHORT_NOT_OK"] = UsbfsUrb.ShortNotOk,
        ["USBDEVFS_URB_ISO_ASAP"] = UsbfsUrb.IsoAsSoonAsPossible,
        ["USBDEVFS_URB_BULK_CONTINUATION"] = UsbfsUrb.BulkContinuation,
        ["USBDEVFS_URB_ZERO_PACKET"] = UsbfsUrb.ZeroPacket,
        ["USBDEVFS_CAP_BULK_CONTINUATION"] = (long)UsbfsCapabilities.BulkContinuation,
        ["USBDEVFS_CAP_NO_PACKET_SIZE_LIM"] = (long)UsbfsCapabilities.NoPacketSizeLimit,
        ["USBDEVFS_CAP_BULK_SCATTER_GATHER"] = (long)UsbfsCapabilities.BulkScatterGather,
        ["USBDEVFS_CAP_REAP_AFTER_DISCONNECT"] = (long)UsbfsCapabilities.ReapAfterDisconnect,
        ["USBDEVFS_DISCONNECT_CLAIM_EXCEPT_DRIVER"] = UsbfsDisconnectClaim.ExceptDriver,
    };

    private static long Urb(string field) => Marshal.OffsetOf<UsbfsUrb>(field);
}
