using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace UsbIp.Host.Interop;

/// <summary>readv's kin recvmsg(2), into two places at once: what fills the first goes on in the second. <see cref="Socket"/> cannot scatter into native memory.</summary>
public static unsafe partial class VectoredReceive
{
    private const int DontWait = 0x40;
    private const int EINTR = 4;
    private const int EAGAIN = 11;
    private const int ECONNRESET = 104;
    private const int ETIMEDOUT = 110;

    /// <summary>Receives what has come, or waits for the first byte. Returns 0 at the end of the stream; -1 if nothing has come, at once or within the
    /// socket's receive timeout.</summary>
    /// <param name="socket">Blocking, connected.</param>
    /// <param name="first">Filled first.</param>
    /// <param name="second">Filled after that.</param>
    /// <param name="wait">Whether to wait.</param>
    /// <exception cref="SocketException">The connection broke.</exception>
    public static long Receive(SafeSocketHandle socket, Span<byte> first, Span<byte> second, bool wait)
    {
        fixed (byte* one = first, two = second)
        {
            var pieces = stackalloc IoVector[2];
            pieces[0] = new IoVector { Base = one, Length = (nuint)first.Length };
            pieces[1] = new IoVector { Base = two, Length = (nuint)second.Length };
            var message = new SocketMessage { Pieces = pieces, PieceCount = 2 };
            while (true)
            {
                var received = ReceiveMessage(socket, &message, wait ? 0 : DontWait);
                if (received >= 0)
                {
                    return received;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error == EAGAIN)
                {
                    return -1;
                }

                if (error != EINTR)
                {
                    throw new SocketException((int)ToSocketError(error));
                }
            }
        }
    }

    private static SocketError ToSocketError(int error) => error switch
    {
        ECONNRESET => SocketError.ConnectionReset,
        ETIMEDOUT => SocketError.TimedOut,
        _ => SocketError.SocketError,
    };

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint ReceiveMessage(SafeSocketHandle socket, SocketMessage* message, int flags);
}
