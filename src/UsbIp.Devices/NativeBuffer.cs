using System.Runtime.InteropServices;

namespace UsbIp.Devices;

/// <summary>
/// Memory outside the garbage collector that a transfer's data lies in: libusb and the kernel hold pointers into it while the transfer is
/// out. Before the data is room for a setup packet, as libusb wants it for control transfers, unless the memory was lent by the kernel.
/// One owner; freed by Dispose or finalizer.
/// </summary>
public sealed unsafe class NativeBuffer : IDisposable
{
    /// <summary>Bytes before the data; a whole cache line keeps the data aligned.</summary>
    private const int Headroom = 64;

    private readonly Action<nint>? _giveBack;
    private byte* _memory;

    public NativeBuffer(int capacity)
    {
        Capacity = capacity;
        _memory = (byte*)NativeMemory.Alloc((nuint)capacity + Headroom);
    }

    /// <summary>Memory that a device's driver has lent, without room before it: for transfers that have no setup packet.</summary>
    /// <param name="lent">Its address.</param>
    /// <param name="capacity">Its length in bytes.</param>
    /// <param name="giveBack">Takes the address back, on any thread.</param>
    public NativeBuffer(nint lent, int capacity, Action<nint> giveBack)
    {
        Capacity = capacity;
        _giveBack = giveBack;
        _memory = (byte*)lent;
    }

    ~NativeBuffer() => Free();

    public int Capacity { get; }

    /// <summary>Where the data begins. Valid until Dispose.</summary>
    public byte* Data => _giveBack is null ? _memory + Headroom : _memory;

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
        if (_giveBack is null)
        {
            NativeMemory.Free(_memory);
        }
        else if (_memory != null)
        {
            _giveBack((nint)_memory);
        }

        _memory = null;
    }
}
