using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;

namespace UsbIp.Host.Service;

/// <summary>
/// The listening sockets that a service manager made for this process. They are the manager's, and go on listening while the daemon restarts:
/// nothing here closes them before the process ends.
/// </summary>
/// <param name="Listeners">TCP listeners, for clients.</param>
/// <param name="Control">The control socket, or null.</param>
public sealed record PassedSockets(IReadOnlyList<Socket> Listeners, Socket? Control)
{
    private const int FirstDescriptor = 3; // SD_LISTEN_FDS_START
    private const int MaxDescriptors = 64;

    public static PassedSockets None { get; } = new([], null);

    /// <summary>Takes the descriptors from 3 on.</summary>
    /// <param name="count">LISTEN_FDS: how many there are.</param>
    /// <exception cref="CommandException">One is neither a TCP listener nor a control socket.</exception>
    public static PassedSockets From(string? count)
    {
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is 0 or > MaxDescriptors)
        {
            return None;
        }

        return Sort([.. Enumerable.Range(FirstDescriptor, number).Select(Open)]);
    }

    /// <summary>Says which socket is for what.</summary>
    /// <exception cref="CommandException">One is of no use here, or there are two control sockets.</exception>
    public static PassedSockets Sort(IReadOnlyList<Socket> sockets)
    {
        var listeners = new List<Socket>();
        Socket? control = null;
        foreach (var socket in sockets)
        {
            if (socket is { AddressFamily: AddressFamily.InterNetwork or AddressFamily.InterNetworkV6, SocketType: SocketType.Stream })
            {
                listeners.Add(socket);
            }
            else if (control is null && socket is { AddressFamily: AddressFamily.Unix, SocketType: SocketType.Seqpacket })
            {
                control = socket;
            }
            else
            {
                throw Useless($"is of kind {socket.AddressFamily} {socket.SocketType}", null);
            }
        }

        return new PassedSockets(listeners, control);
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The handle is the socket's, which lives as long as the process.")]
    private static Socket Open(int descriptor)
    {
        try
        {
            // Not owned: closing such a socket would first disconnect it, and with it the manager's.
            return new Socket(new SafeSocketHandle(descriptor, ownsHandle: false));
        }
        catch (SocketException exception)
        {
            throw Useless($"cannot be used: {exception.Message}", exception);
        }
    }

    private static CommandException Useless(string why, Exception? cause) => new(
        ExitCode.Usage,
        $"A socket that the service manager passed {why}. The daemon takes TCP listeners and one control socket.",
        "ListenStream=ADDRESS:PORT and ListenSequentialPacket=PATH in the socket units",
        cause);
}
