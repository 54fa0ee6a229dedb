using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace UsbIp.Client.Privileged;

/// <summary>Who opened the other end of a local socket, as the kernel noted it at connect (SO_PEERCRED, unix(7)).</summary>
internal static class PeerUser
{
    private const int SolSocket = 1;
    private const int SoPeerCredentials = 17; // struct ucred: process, user and group, 32 bits each

    public static uint Of(Socket socket)
    {
        Span<int> credentials = stackalloc int[3];
        socket.GetRawSocketOption(SolSocket, SoPeerCredentials, MemoryMarshal.AsBytes(credentials));
        return unchecked((uint)credentials[1]);
    }
}
