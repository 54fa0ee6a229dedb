using System.Globalization;

namespace UsbIp.Host.Service;

/// <summary>What a service manager such as systemd gave this process at its start: see sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3).</summary>
public sealed record ServiceEnvironment
{
    /// <summary>No service manager: a program that somebody started in a terminal.</summary>
    public static ServiceEnvironment None { get; } = new();

    /// <summary>Where the manager listens for messages: a path, or an abstract name with '@' in place of its zero; null without one.</summary>
    public string? NotifySocket { get; init; }

    /// <summary>The manager restarts this process when it hears nothing for that long; null if it does not.</summary>
    public TimeSpan? Watchdog { get; init; }

    /// <summary>Listening sockets that the manager made.</summary>
    public PassedSockets Sockets { get; init; } = PassedSockets.None;

    /// <summary>Reads the environment and clears it of what is for this process alone, so that no child takes it for its own.</summary>
    /// <exception cref="CommandException">A passed socket is none that is of use here.</exception>
    public static ServiceEnvironment Take()
    {
        var watchdog = IsForThisProcess(Environment.GetEnvironmentVariable("WATCHDOG_PID"), whenMissing: true)
            ? ReadMicroseconds(Environment.GetEnvironmentVariable("WATCHDOG_USEC"))
            : null;
        var sockets = IsForThisProcess(Environment.GetEnvironmentVariable("LISTEN_PID"), whenMissing: false)
            ? PassedSockets.From(Environment.GetEnvironmentVariable("LISTEN_FDS"))
            : PassedSockets.None;
        var notify = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        foreach (var name in (string[])["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"])
        {
            Environment.SetEnvironmentVariable(name, null);
        }

        return new ServiceEnvironment { NotifySocket = notify is { Length: > 1 } ? notify : null, Watchdog = watchdog, Sockets = sockets };
    }

    private static TimeSpan? ReadMicroseconds(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds is > 0 and < long.MaxValue / TimeSpan.TicksPerMicrosecond
            ? TimeSpan.FromTicks(microseconds * TimeSpan.TicksPerMicrosecond)
            : null;

    private static bool IsForThisProcess(string? processId, bool whenMissing) =>
        string.IsNullOrEmpty(processId) ? whenMissing : processId == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
}
