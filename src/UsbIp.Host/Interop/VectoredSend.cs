using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace UsbIp.Host.Interop;

/// <summary>
/// sendmsg(2) on many pieces of native memory at once. <see cref="Socket"/> can gather only managed arrays, and allocates for it.
/// </summary>
public static unsafe partial class VectoredSend
{
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const int EINTR = 4;
    private const int EAGAIN = 11;

    /// <summary>
    /// Sends without waiting. Returns how many bytes went; 0 if the socket is full; -1 if it is broken, with the errno in <paramref name="error"/>.
    /// </summary>
    public static long TrySend(SafeSocketHandle socket, Span<IoVector> pieces, out int error)
    {
        fixed (IoVector* first = pieces)
        {
            var message = new SocketMessage { Pieces = first, PieceCount = (nuint)pieces.Length };
            while (true)
            {
                var sent = SendMessage(socket, &message, DontWait | NoSignal);
                error = sent < 0 ? Marshal.GetLastPInvokeError() : 0;
                switch (error)
                {
                    case 0:
                        return sent;
                    case EINTR:
                        continue;
                    case EAGAIN:
                        error = 0;
                        return 0;
                    default:
                        return -1;
                }
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "sendmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SendMessage(SafeSocketHandle socket, SocketMessage* message, int flags);
}
