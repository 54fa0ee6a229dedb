namespace UsbIp.Protocol;

/// <summary>What we accept from a peer. Each limit stands before the memory that it guards is taken.</summary>
public static class ProtocolLimits
{
    /// <summary>
    /// Bytes of one transfer buffer. A libusb program on a Linux client cannot have more than this in flight
    /// (usbfs_memory_mb is 16), and kernel drivers ask for 1 MiB at most.
    /// </summary>
    public const int MaxTransferLength = 16 * 1024 * 1024;

    /// <summary>Packets of one isochronous URB (kernel: USBIP_MAX_ISO_PACKETS).</summary>
    public const int MaxIsoPackets = 1024;

    /// <summary>Bytes of one isochronous packet (kernel: drivers/usb/core/devio.c, proc_do_submiturb).</summary>
    public const int MaxIsoPacketLength = 98304;

    /// <summary>Devices of one OP_REP_DEVLIST.</summary>
    public const int MaxListedDevices = 1024;

    /// <summary>Interfaces of one listed device; the field is one byte wide.</summary>
    public const int MaxInterfaces = byte.MaxValue;
}
