using System.Runtime.InteropServices;

namespace UsbIp.Host.LibUsb;

/// <summary>struct libusb_transfer without its trailing array; see <see cref="IsoPackets"/>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct NativeTransfer
{
    public nint Device;
    public byte Flags;
    public byte Endpoint;
    public byte Type;
    public uint TimeoutMilliseconds;
    public LibUsbTransferStatus Status;
    public int Length;
    public int ActualLength;
    public delegate* unmanaged[Cdecl]<NativeTransfer*, void> Callback;
    public nint UserData;
    public byte* Buffer;
    public int IsoPacketCount;

    /// <summary>
    /// iso_packet_desc: the array begins directly behind its count, which on 64 bit is offset 60, not the 64 that the size of the struct
    /// is rounded up to.
    /// </summary>
    public static NativeIsoPacket* IsoPackets(NativeTransfer* transfer) => (NativeIsoPacket*)(&transfer->IsoPacketCount + 1);
}

/// <summary>struct libusb_iso_packet_descriptor.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeIsoPacket
{
    public uint Length;
    public uint ActualLength;
    public LibUsbTransferStatus Status;
}

/// <summary>struct timeval.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeTimeValue
{
    public nint Seconds;
    public nint Microseconds;
}

/// <summary>The beginning of struct libusb_version.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeVersion
{
    public ushort Major;
    public ushort Minor;
    public ushort Micro;
    public ushort Nano;
}
