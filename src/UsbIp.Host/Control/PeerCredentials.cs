using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace UsbIp.Host.Control;

/// <summary>Who opened the other end of a local socket, as the kernel noted it at connect: nothing that the peer says counts.</summary>
public readonly record struct PeerCredentials(int ProcessId, uint UserId, uint GroupId, IReadOnlyList<uint> Groups)
{
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int PeerCredentialsOption = 17; // SO_PEERCRED: struct ucred, three 32-bit numbers
    private const int PeerGroupsOption = 59; // SO_PEERGROUPS: gid_t[]
    private const int MaxGroups = 1024; // who has more counts as being in none: it can only lose rights by that

    public static PeerCredentials Of(Socket socket)
    {
        Span<int> credentials = stackalloc int[3];
        socket.GetRawSocketOption(SocketLevel, PeerCredentialsOption, MemoryMarshal.AsBytes(credentials));
        return new PeerCredentials(credentials[0], unchecked((uint)credentials[1]), unchecked((uint)credentials[2]), GroupsOf(socket));
    }

    /// <summary>Root, the daemon's own user and the members of the admin group may.</summary>
    public bool MayControl(uint daemonUser, uint? adminGroup) =>
        UserId == 0 || UserId == daemonUser || (adminGroup is { } group && (GroupId == group || Groups.Contains(group)));

    private static uint[] GroupsOf(Socket socket)
    {
        try
        {
            var groups = new uint[MaxGroups];
            var bytes = socket.GetRawSocketOption(SocketLevel, PeerGroupsOption, MemoryMarshal.AsBytes(groups.AsSpan()));
            return groups[..(bytes / sizeof(uint))];
        }
        catch (SocketException)
        {
            return []; // ERANGE, or a kernel before 4.13
        }
    }
}
