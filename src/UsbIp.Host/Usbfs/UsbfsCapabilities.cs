namespace UsbIp.Host.Usbfs;

/// <summary>USBDEVFS_CAP_*: what usbfs can do with a device on its host controller (kernel: devio.c, proc_get_capabilities).</summary>
[Flags]
internal enum UsbfsCapabilities : uint
{
    None = 0,

    /// <summary>USBDEVFS_URB_ZERO_PACKET is heeded.</summary>
    ZeroPacket = 0x01,

    /// <summary>A transfer can be several URBs that end together when one of them ends short.</summary>
    BulkContinuation = 0x02,

    /// <summary>A URB may be longer than 16 KiB.</summary>
    NoPacketSizeLimit = 0x04,

    /// <summary>Long buffers need not lie in one piece in the kernel's memory.</summary>
    BulkScatterGather = 0x08,

    /// <summary>URBs can be reaped after the device was unplugged.</summary>
    ReapAfterDisconnect = 0x10,

    /// <summary>A node lends memory that URBs use without a copy.</summary>
    MemoryMap = 0x20,
}
