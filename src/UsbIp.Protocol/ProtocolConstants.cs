namespace UsbIp.Protocol;

/// <summary>The fixed numbers of the USB/IP protocol (kernel: tools/usb/usbip/src/usbip_network.h, drivers/usb/usbip/usbip_common.h).</summary>
public static class ProtocolConstants
{
    /// <summary>The protocol version of every operation message: 1.1.1 as binary-coded decimal.</summary>
    public const ushort Version = 0x0111;

    /// <summary>The TCP port that USB/IP servers listen on.</summary>
    public const int DefaultPort = 3240;

    /// <summary>Bytes of a busid field, the closing NUL included.</summary>
    public const int BusIdFieldSize = 32;

    /// <summary>Bytes of a device record's path field, the closing NUL included.</summary>
    public const int PathFieldSize = 256;

    /// <summary>Bytes of every URB-phase header, whatever the command.</summary>
    public const int UrbHeaderSize = 48;

    /// <summary>Bytes of a USB setup packet.</summary>
    public const int SetupPacketSize = 8;

    /// <summary>The first byte of a plain USB/IP connection: the high byte of <see cref="Version"/>.</summary>
    public const byte PlainFirstByte = Version >> 8;

    /// <summary>The first byte of a TLS connection: the record type "handshake" (RFC 8446, 5.1). No USB/IP version begins with it.</summary>
    public const byte TlsFirstByte = 0x16;
}
