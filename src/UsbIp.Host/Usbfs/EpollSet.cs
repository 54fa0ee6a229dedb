using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using UsbIp.Devices;
using UsbIp.Host.LinuxUsb;

namespace UsbIp.Host.Usbfs;

/// <summary>
/// epoll over device nodes, told of each change once (EPOLLET): a node whose device is gone would otherwise be ready for ever. One waiter;
/// everything else from any thread.
/// </summary>
internal sealed unsafe class EpollSet : IDisposable
{
    /// <summary>What <see cref="Wait"/> returns for <see cref="Interrupt"/>; no node is added under it.</summary>
    public const ulong Interrupted = 0;

    private const int MaxEvents = 64;
    private const uint WritableOnce = 0x80000004; // EPOLLOUT | EPOLLET: usbfs is writable when a URB can be reaped
    private const uint ReadableOnce = 0x80000001; // EPOLLIN | EPOLLET
    private const int Add = 1; // EPOLL_CTL_ADD
    private const int Delete = 2; // EPOLL_CTL_DEL

    /// <summary>struct epoll_event is packed on x86-64 and nowhere else.</summary>
    private static readonly int TokenOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    internal static readonly int EventSize = TokenOffset + sizeof(ulong);

    private readonly int _epoll = LinuxNative.EpollCreate(LinuxNative.EpollCloseOnExec);
    private readonly int _interrupt = LinuxNative.EventDescriptor(0, LinuxNative.EventCloseOnExec);
    private readonly byte* _events = (byte*)NativeMemory.AllocZeroed((nuint)(MaxEvents * EventSize));

    /// <exception cref="UsbException">The system has no descriptors left.</exception>
    public EpollSet()
    {
        if (_epoll < 0 || _interrupt < 0 || !TryControl(Add, _interrupt, ReadableOnce, Interrupted))
        {
            var reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
            Dispose();
            throw new UsbException(UsbFailure.Other, $"Devices cannot be waited for (epoll): {reason}.", "raise the limit of open files (ulimit -n)");
        }
    }

    public bool TryAdd(int node, ulong token) => TryControl(Add, node, WritableOnce, token);

    public void Remove(int node) => TryControl(Delete, node, 0, 0);

    /// <summary>Sleeps until something is ready or the time is over, and gives the tokens of what is.</summary>
    /// <returns>How many tokens were written; -1 with the errno set if it went wrong.</returns>
    public int Wait(Span<ulong> ready, TimeSpan longest)
    {
        var count = LinuxNative.EpollWait(_epoll, _events, Math.Min(MaxEvents, ready.Length), (int)longest.TotalMilliseconds);
        for (var index = 0; index < count; index++)
        {
            ready[index] = Unsafe.ReadUnaligned<ulong>(_events + (index * EventSize) + TokenOffset);
        }

        return count;
    }

    public void Interrupt()
    {
        var one = 1UL;
        LinuxNative.Write(_interrupt, &one, sizeof(ulong)); // counted up and never read: every change is told
    }

    public void Dispose()
    {
        LinuxNative.Close(_interrupt);
        LinuxNative.Close(_epoll);
        NativeMemory.Free(_events);
    }

    private bool TryControl(int operation, int descriptor, uint events, ulong token)
    {
        var entry = stackalloc byte[EventSize];
        Unsafe.WriteUnaligned(entry, events);
        Unsafe.WriteUnaligned(entry + TokenOffset, token);
        return LinuxNative.EpollControl(_epoll, operation, descriptor, entry) == 0;
    }
}
