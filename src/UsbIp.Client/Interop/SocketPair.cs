using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace UsbIp.Client.Interop;

/// <summary>
/// Two connected stream sockets (socketpair(2)): one end is for the kernel, which takes only SOCK_STREAM (vhci_sysfs.c, attach_store), the
/// other for the bridge. Both block, are closed on exec, and must never be used asynchronously. Owns both ends until they are disposed;
/// whoever takes an end may dispose it earlier.
/// </summary>
public sealed class SocketPair : IDisposable
{
    private SocketPair(Socket kernelEnd, Socket bridgeEnd) => (KernelEnd, BridgeEnd) = (kernelEnd, bridgeEnd);

    /// <summary>The end whose descriptor is written to vhci_hcd's attach file. Dispose it right after: the kernel holds its own reference.</summary>
    public Socket KernelEnd { get; }

    public Socket BridgeEnd { get; }

    /// <exception cref="SocketException">The process or the system has no descriptor left.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The pair owns both ends.")]
    public static SocketPair Create()
    {
        Span<int> descriptors = stackalloc int[2];
        if (LibC.SocketPair(LibC.AfUnix, LibC.SockStream | LibC.SockCloexec, 0, descriptors) != 0)
        {
            throw new SocketException(Marshal.GetLastPInvokeError(), "The system gave no socketpair to connect the kernel to the bridge.");
        }

        return new SocketPair(Wrap(descriptors[0]), Wrap(descriptors[1]));
    }

    public void Dispose()
    {
        KernelEnd.Dispose();
        BridgeEnd.Dispose();
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The socket owns its handle.")]
    private static Socket Wrap(int descriptor) => new(new SafeSocketHandle(descriptor, ownsHandle: true));
}
