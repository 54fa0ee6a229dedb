using System.Runtime.InteropServices;

namespace UsbIp.Devices;

/// <summary>
/// Memory outside the garbage collector that a transfer's data lies in: libusb and the kernel hold pointers into it while the transfer is
/// out. Before the data is room for a setup packet, as libusb wants it for control transfers. One owner; freed by Dispose or finalizer.
/// </summary>
public sealed unsafe class NativeBuffer : IDisposable
{
    /// <summary>Bytes before the data; a whole cache line keeps the data aligned.</summary>
    private const int Headroom = 64;

    private byte* _memory;

    public NativeBuffer(int capacity)
    {
        Capacity = capacity;
        _memory = (byte*)NativeMemory.Alloc((nuint)capacity + Headroom);
    }

    ~NativeBuffer() => Free();

    public int Capacity { get; }

    /// <summary>Where the data begins. Valid until Dispose.</summary>
    public byte* Data => _memory + Headroom;

    /// <summary>Where a control transfer begins: the 8 bytes of its setup packet directly before the data.</summary>
    public byte* Setup => Data - UsbIp.Protocol.SetupPacket.Size;

    public Span<byte> Span(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)Capacity);
        return new Span<byte>(Data, length);
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.Free(_memory);
        _memory = null;
    }
}
