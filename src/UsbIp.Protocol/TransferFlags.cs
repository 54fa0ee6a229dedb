namespace UsbIp.Protocol;

/// <summary>transfer_flags of CMD_SUBMIT (kernel: USBIP_URB_*). Only what a host acts on has a name here; the rest is ignored.</summary>
[Flags]
public enum TransferFlags : uint
{
    None = 0,

    /// <summary>URB_SHORT_NOT_OK: the driver treats a short read as an error; its own USB core does that, not the host.</summary>
    ShortNotOk = 0x0001,

    /// <summary>URB_ZERO_PACKET: end a bulk OUT transfer that is a multiple of the packet size with an empty packet.</summary>
    ZeroPacket = 0x0040,
}
