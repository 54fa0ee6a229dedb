using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace UsbIp.Host.Service;

/// <summary>
/// Tells the service manager how this process is (sd_notify(3)); without a manager it tells nobody. Never waits and never throws: a manager that
/// does not listen is not worth a daemon. Safe for use by several threads.
/// </summary>
public sealed class ServiceNotifier : IDisposable
{
    private readonly Socket? _socket;
    private readonly UnixDomainSocketEndPoint? _manager;
    private readonly ILogger _logger;

    /// <param name="place">NOTIFY_SOCKET: a path, or '@' and an abstract name; null for no manager.</param>
    /// <param name="logger">Told of a manager that cannot be reached.</param>
    public ServiceNotifier(string? place, ILogger logger)
    {
        _logger = logger;
        if (place is null)
        {
            return;
        }

        try
        {
            _manager = new UnixDomainSocketEndPoint(place.StartsWith('@') ? "\0" + place[1..] : place);
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        }
        catch (Exception exception) when (exception is ArgumentException or SocketException)
        {
            ServiceLog.ManagerUnreachable(logger, exception.Message);
        }
    }

    /// <summary>Clients are served from now on. Also the end of <see cref="Reloading"/>.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={status}");

    /// <summary>The configuration is being read anew; <see cref="Ready"/> follows.</summary>
    public void Reloading()
    {
        var microseconds = Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1_000_000); // CLOCK_MONOTONIC
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={microseconds}"));
    }

    /// <summary>What 'systemctl status' shows, in one line.</summary>
    public void Status(string status) => Send($"STATUS={status}");

    /// <summary>This process is alive; see <see cref="ServiceWatch"/> for when that may be said.</summary>
    public void Alive() => Send("WATCHDOG=1");

    /// <summary>The process is about to end, and gives its devices back.</summary>
    public void Stopping() => Send("STOPPING=1\nSTATUS=Giving the devices back");

    public void Dispose() => _socket?.Dispose();

    private void Send(string state)
    {
        if (_socket is null || _manager is null)
        {
            return;
        }

        try
        {
            _socket.SendTo(Encoding.UTF8.GetBytes(state), SocketFlags.None, _manager);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            ServiceLog.ManagerUnreachable(_logger, exception.Message);
        }
    }
}
