using System.Runtime.InteropServices;
using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.Usbfs;

/// <summary>
/// Memory for long transfers that a device node lends (kernel: devio.c, usbdev_mmap): the host controller reads and writes it, so the kernel
/// copies nothing when a URB is submitted and reaped. It counts against the system's budget as long as it is lent, needs to lie in one piece,
/// and is uncached on machines whose buses do not see their caches; so there is some of it, on some machines. Safe for use by several threads.
/// </summary>
internal sealed class UsbfsLentMemory(int node)
{
    /// <summary>Up to this a copy costs less than the memory. Control transfers, which need room for a setup packet, are none longer.</summary>
    private const int Short = 64 * 1024;

    /// <summary>Above this there is hardly ever a free piece.</summary>
    private const int Longest = 1024 * 1024;

    /// <summary>All devices together keep at most this part of the system's budget.</summary>
    private const int Share = 4;

    private static readonly bool IsCached = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;

    private static long _lent;

    /// <summary>A buffer of exactly that capacity, or null.</summary>
    public NativeBuffer? TryLend(int capacity)
    {
        if (!IsCached || capacity is <= Short or > Longest)
        {
            return null;
        }

        var megabytes = UsbfsMemory.ReadMegabytes() is > 0 and var set ? set : UsbfsMemory.DefaultMegabytes;
        if (Interlocked.Add(ref _lent, capacity) > megabytes * 1024L * 1024L / Share
            || LinuxNative.MemoryMap(0, (nuint)capacity, LinuxNative.MapReadWrite, LinuxNative.MapShared, node, 0) is not (var address and not -1))
        {
            Interlocked.Add(ref _lent, -capacity);
            return null;
        }

        return new NativeBuffer(address, capacity, lent => GiveBack(lent, capacity));
    }

    private static void GiveBack(nint address, int capacity)
    {
        _ = LinuxNative.MemoryUnmap(address, (nuint)capacity);
        Interlocked.Add(ref _lent, -capacity);
    }
}
