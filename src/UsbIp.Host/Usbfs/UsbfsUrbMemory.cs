using System.Runtime.InteropServices;

namespace UsbIp.Host.Usbfs;

/// <summary>Native memory for the URBs of one transfer, kept and grown over its uses. One owner; never changed while the kernel has a URB.</summary>
internal sealed unsafe class UsbfsUrbMemory : IDisposable
{
    private byte* _memory;
    private int _capacity;
    private int _stride;

    /// <summary>One of the URBs that were reserved last.</summary>
    public UsbfsUrb* this[int index] => (UsbfsUrb*)(_memory + ((nint)index * _stride));

    /// <summary>Makes room for so many URBs, each with so many packets. What was there is lost.</summary>
    public void Reserve(int count, int packets)
    {
        var size = sizeof(UsbfsUrb) + (packets * sizeof(UsbfsPacket));
        _stride = (size + sizeof(nint) - 1) & -sizeof(nint);
        if (_capacity < count * _stride)
        {
            _capacity = count * _stride;
            _memory = (byte*)NativeMemory.Realloc(_memory, (nuint)_capacity);
        }
    }

    public void Dispose()
    {
        NativeMemory.Free(_memory);
        _memory = null;
        _capacity = 0;
    }
}
