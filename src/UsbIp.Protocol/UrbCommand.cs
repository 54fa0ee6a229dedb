namespace UsbIp.Protocol;

/// <summary>What a URB-phase header is (kernel: USBIP_CMD_*, USBIP_RET_*).</summary>
public enum UrbCommand : uint
{
    /// <summary>USBIP_CMD_SUBMIT.</summary>
    Submit = 1,

    /// <summary>USBIP_CMD_UNLINK.</summary>
    Unlink = 2,

    /// <summary>USBIP_RET_SUBMIT.</summary>
    SubmitReply = 3,

    /// <summary>USBIP_RET_UNLINK.</summary>
    UnlinkReply = 4,

    /// <summary>The client asks whether the host is there; only where both agreed on <see cref="Extensions.Heartbeat"/>. No command of the kernel's.</summary>
    Ping = 0xF2,

    /// <summary>The host is: a ping's answer, with the ping's seqnum.</summary>
    Pong = 0xF3,

    /// <summary>The host asks whether the client gives its device to another one; only where both agreed on <see cref="Extensions.GiveWay"/>. A text follows. No command of the kernel's.</summary>
    GiveWayQuestion = 0xF5,

    /// <summary>The client's answer, with the question's seqnum. A text follows.</summary>
    GiveWayAnswer = 0xF6,
}
