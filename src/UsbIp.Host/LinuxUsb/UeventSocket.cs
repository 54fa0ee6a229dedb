using System.Runtime.InteropServices;

namespace UsbIp.Host.LinuxUsb;

/// <summary>
/// The kernel's own device events (NETLINK_KOBJECT_UEVENT, group 1): they need no rights and no udevd, unlike the group that libusb listens
/// to. Falls back to waking once a second where the socket is refused. One reader; <see cref="Interrupt"/> from any thread.
/// </summary>
internal sealed unsafe class UeventSocket : IDisposable
{
    private const int NetlinkFamily = 16;
    private const int DatagramCloseOnExec = 0x80002; // SOCK_DGRAM | SOCK_CLOEXEC
    private const int KobjectUevent = 15;
    private const int KernelGroup = 1;
    private const int FallbackMilliseconds = 1000;
    private const int LongestEvent = 8192;

    private readonly int _interrupt = LinuxNative.EventDescriptor(0, LinuxNative.EventCloseOnExec);
    private readonly int _socket;

    public UeventSocket()
    {
        var address = new LinuxNative.NetlinkAddress { Family = NetlinkFamily, Groups = KernelGroup };
        _socket = LinuxNative.Socket(NetlinkFamily, DatagramCloseOnExec, KobjectUevent);
        if (_socket < 0)
        {
            Errno = Marshal.GetLastPInvokeError();
        }
        else if (LinuxNative.Bind(_socket, &address, (uint)sizeof(LinuxNative.NetlinkAddress)) < 0)
        {
            Errno = Marshal.GetLastPInvokeError();
            LinuxNative.Close(_socket);
            _socket = -1;
        }
    }

    /// <summary>Why there are no events; 0 if there are.</summary>
    public int Errno { get; }

    /// <summary>Blocks until something may have changed, or <see cref="Interrupt"/>.</summary>
    public void Wait()
    {
        var entries = stackalloc LinuxNative.PollEntry[2];
        entries[0] = new LinuxNative.PollEntry { Descriptor = _interrupt, Events = LinuxNative.PollIn };
        entries[1] = new LinuxNative.PollEntry { Descriptor = _socket, Events = LinuxNative.PollIn };
        var timeout = _socket < 0 ? FallbackMilliseconds : -1;
        do
        {
            LinuxNative.Poll(entries, 2, timeout); // a negative descriptor is left out by poll
        }
        while (entries[0].Returned == 0 && _socket >= 0 && !DrainSawUsb());
    }

    public void Interrupt()
    {
        var one = 1UL;
        LinuxNative.Write(_interrupt, &one, sizeof(ulong));
    }

    public void Dispose()
    {
        LinuxNative.Close(_interrupt);
        if (_socket >= 0)
        {
            LinuxNative.Close(_socket);
        }
    }

    /// <summary>
    /// Reads all events that are there. What they say is not trusted and not needed: any word of USB, and any event lost for lack of room,
    /// means to look again.
    /// </summary>
    private bool DrainSawUsb()
    {
        var buffer = stackalloc byte[LongestEvent];
        var isUsb = false;
        while (true)
        {
            var length = LinuxNative.Receive(_socket, buffer, LongestEvent, LinuxNative.DoNotWait);
            if (length >= 0)
            {
                isUsb |= new ReadOnlySpan<byte>(buffer, (int)length).IndexOf("SUBSYSTEM=usb\0"u8) >= 0;
                continue;
            }

            var errno = Marshal.GetLastPInvokeError();
            if (errno == LinuxNative.TryAgain)
            {
                return isUsb;
            }

            isUsb |= errno != LinuxNative.Interrupted; // ENOBUFS: events were lost
        }
    }
}
