using System.Runtime.InteropServices;

namespace UsbIp.Host.Usbfs;

/// <summary>struct usbdevfs_urb without its trailing array; see <see cref="Packets"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct UsbfsUrb
{
    public const byte TypeIsochronous = 0;
    public const byte TypeInterrupt = 1;
    public const byte TypeControl = 2;
    public const byte TypeBulk = 3;

    public const uint ShortNotOk = 0x01;
    public const uint IsoAsSoonAsPossible = 0x02;
    public const uint BulkContinuation = 0x04;
    public const uint ZeroPacket = 0x40;

    public byte Type;
    public byte Endpoint;

    /// <summary>0 or a negative errno, once the URB has been reaped.</summary>
    public int Status;
    public uint Flags;
    public byte* Buffer;
    public int BufferLength;
    public int ActualLength;
    public int StartFrame;
    public int PacketCount;
    public int ErrorCount;
    public uint Signal;

    /// <summary>Ours: whose URB it is.</summary>
    public nint UserContext;

    /// <summary>iso_frame_desc, which begins where the struct ends.</summary>
    public static UsbfsPacket* Packets(UsbfsUrb* urb) => (UsbfsPacket*)(urb + 1);
}

/// <summary>struct usbdevfs_iso_packet_desc.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UsbfsPacket
{
    public uint Length;
    public uint ActualLength;

    /// <summary>0 or a negative errno; unsigned in the kernel's header.</summary>
    public int Status;
}

/// <summary>struct usbdevfs_setinterface.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct UsbfsAlternateSetting
{
    public uint InterfaceNumber;
    public uint AlternateSetting;
}

/// <summary>struct usbdevfs_disconnect_claim.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct UsbfsDisconnectClaim
{
    /// <summary>USBDEVFS_DISCONNECT_CLAIM_EXCEPT_DRIVER: leave the interface to its driver if that is <see cref="Driver"/>.</summary>
    public const uint ExceptDriver = 0x02;

    public uint InterfaceNumber;
    public uint Flags;
    public fixed byte Driver[256];
}
