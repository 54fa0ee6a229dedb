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
}
