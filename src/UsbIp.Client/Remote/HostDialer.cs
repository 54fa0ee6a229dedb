using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace UsbIp.Client.Remote;

/// <summary>Makes the TCP connection to a host: resolves its name, tries every address, sets the socket's options.</summary>
internal static class HostDialer
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5);

    private const int IpProtoTcp = 6;
    private const int TcpUserTimeout = 18;

    /// <summary>Unacknowledged data ends the connection after so long: a cable pulled is an unplug within seconds.</summary>
    private const int UserTimeoutMilliseconds = 10_000;

    private static readonly TimeSpan LeastPerAddress = TimeSpan.FromSeconds(1);

    /// <returns>A connected, blocking socket whose operations end after <paramref name="timeout"/>.</returns>
    /// <exception cref="CommandException">The name does not resolve, or no address of it answers.</exception>
    public static Socket Dial(HostAddress address, TimeSpan timeout, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var addresses = Resolve(address, timeout, stop);
        SocketException? last = null;
        for (var index = 0; index < addresses.Length; index++)
        {
            var share = (timeout - watch.Elapsed) / (addresses.Length - index);
            try
            {
                return Dial(new IPEndPoint(addresses[index], address.Port), share > LeastPerAddress ? share : LeastPerAddress, timeout, stop);
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                stop.ThrowIfCancellationRequested();
                last = error as SocketException;
            }
        }

        throw Describe(address, last!, timeout);
    }

    private static Socket Dial(IPEndPoint endPoint, TimeSpan connectTimeout, TimeSpan operationTimeout, CancellationToken stop)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 2);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            if (OperatingSystem.IsLinux())
            {
                socket.SetRawSocketOption(IpProtoTcp, TcpUserTimeout, BitConverter.GetBytes(UserTimeoutMilliseconds));
            }

            // SO_SNDTIMEO limits connect(2) on Linux. A non-blocking connect would leave the socket non-blocking for good.
            socket.SendTimeout = (int)connectTimeout.TotalMilliseconds;
            using (stop.Register(socket.Dispose))
            {
                socket.Connect(endPoint);
            }

            socket.SendTimeout = socket.ReceiveTimeout = (int)operationTimeout.TotalMilliseconds;
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <returns>One address at least.</returns>
    /// <exception cref="CommandException">The name does not resolve.</exception>
    public static IPAddress[] Resolve(HostAddress address, TimeSpan timeout, CancellationToken stop)
    {
        try
        {
            var addresses = IPAddress.TryParse(address.Host, out var literal)
                ? [literal]
                : Dns.GetHostAddressesAsync(address.Host, stop).WaitAsync(timeout, stop).GetAwaiter().GetResult();
            return addresses.Length > 0 ? addresses : throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (TimeoutException error)
        {
            throw new CommandException(
                ExitCode.Timeout,
                $"The host name '{address.Host}' was not resolved within {timeout.TotalSeconds:0} s.",
                "check this machine's name servers, or give the host's IP address.",
                error);
        }
        catch (Exception error) when (error is SocketException or ArgumentException)
        {
            throw new CommandException(
                ExitCode.UnknownHost,
                $"The host name '{address.Host}' does not resolve to an address.",
                "check its spelling, or give the host's IP address.",
                error);
        }
    }

    private static CommandException Describe(HostAddress address, SocketException error, TimeSpan timeout) => error.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => new CommandException(
            ExitCode.Network,
            $"{address} refuses connections: nothing listens on TCP port {address.Port} there.",
            $"start 'usbip-host serve --listen ADDRESS' (or usbipd) on {address.Host}, and check its port.",
            error),
        // EALREADY is the time-out of somebody who was stopped and went on meanwhile (Ctrl+Z and fg): of a socket with SO_SNDTIMEO, connect(2) returns EINTR
        // then although no handler ran (signal(7)), and .NET calls it again, which waits once more.
        SocketError.TimedOut or SocketError.WouldBlock or SocketError.InProgress or SocketError.AlreadyInProgress => new CommandException(
            ExitCode.Timeout,
            $"{address} did not answer within {timeout.TotalSeconds:0} s.",
            $"check that {address.Host} is up and that its firewall lets TCP port {address.Port} through.",
            error),
        _ => new CommandException(
            ExitCode.Network,
            $"{address} cannot be reached: {error.Message}.",
            $"check the network between this machine and {address.Host}.",
            error),
    };

    /// <summary>Whether a connection's other end has a loopback address; false of one that has broken.</summary>
    public static bool IsThisMachines(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint is IPEndPoint { Address: var address }
                && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
