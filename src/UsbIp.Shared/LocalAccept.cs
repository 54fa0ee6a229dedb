using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace UsbIp.Shared;

/// <summary>
/// Accepts a connection of a local socket without its peer's address: .NET's own accept has room for one as long as the listener's, and a peer that is
/// bound to a longer name (unix(7): anybody may make one) would end the process.
/// </summary>
internal static partial class LocalAccept
{
    private const int CloseOnExec = 0x80000; // SOCK_CLOEXEC, EFD_CLOEXEC
    private const short PollIn = 1;
    private const int OutOfFiles = 24; // EMFILE

    /// <summary>Blocks until somebody connects.</summary>
    /// <param name="listener">Where. Stays the caller's.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <returns>The connection; null if there is none, for the wait was ended or the peer is gone or has no place in a socket of .NET's.</returns>
    /// <exception cref="SocketException">The system has no descriptor left, or the listener is none.</exception>
    public static Socket? Run(Socket listener, CancellationToken stop)
    {
        using var wake = new SafeFileHandle(EventDescriptor(0, CloseOnExec), ownsHandle: true);
        using var stopping = stop.Register(() => _ = Wake(wake, 1));
        Span<Poll> awaited =
        [
            new Poll { Descriptor = (int)listener.SafeHandle.DangerousGetHandle(), Events = PollIn },
            new Poll { Descriptor = (int)wake.DangerousGetHandle(), Events = PollIn },
        ];
        if (Wait(awaited, (nuint)awaited.Length, -1) < 0 || awaited[0].Returned == 0)
        {
            return null; // asked to stop, or a signal came
        }

        var descriptor = Accept(listener.SafeHandle, 0, 0, CloseOnExec);
        return descriptor >= 0 ? Of(descriptor) : Marshal.GetLastPInvokeError() switch
        {
            OutOfFiles => throw new SocketException((int)SocketError.TooManyOpenSockets),
            4 or 11 or 103 => null, // EINTR, EAGAIN, ECONNABORTED
            _ => throw new SocketException((int)SocketError.SocketError),
        };
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The socket owns its handle.")]
    private static Socket? Of(nint descriptor)
    {
        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        try
        {
            return new Socket(handle);
        }
        catch (Exception error) when (error is ArgumentException or SocketException)
        {
            handle.Dispose();
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd_write")]
    private static partial int Wake(SafeHandle descriptor, ulong value);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Wait(Span<Poll> descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial nint Accept(SafeHandle listener, nint address, nint length, int flags);

    /// <summary>struct pollfd of &lt;poll.h&gt;.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Poll
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
