namespace UsbIp.Host.Control;

/// <summary>
/// This machine's devices and the daemon that serves them: what <c>status --json</c> and <c>list --json</c> print. Property names are stable
/// within a schema; new ones may come.
/// </summary>
public sealed record HostStatus
{
    public const string CurrentSchema = "usbip-host/1";

    public string Schema { get; init; } = CurrentSchema;

    /// <summary>Null if none runs.</summary>
    public DaemonStatus? Daemon { get; init; }

    public required IReadOnlyList<DeviceStatus> Devices { get; init; }
}

/// <summary>The daemon that answered.</summary>
/// <param name="Version">Its program version.</param>
/// <param name="ProcessId">Its process.</param>
/// <param name="Since">When it started.</param>
/// <param name="Listening">The addresses that it listens on, such as 127.0.0.1:3240.</param>
public sealed record DaemonStatus(string Version, int ProcessId, DateTimeOffset Since, IReadOnlyList<string> Listening)
{
    /// <summary>Whether it runs as root, and so may open every device.</summary>
    public bool IsRoot { get; init; }

    /// <summary>Its configuration; null from a daemon that has none.</summary>
    public ConfigurationStatus? Configuration { get; init; }
}

/// <summary>A daemon's configuration.</summary>
/// <param name="Path">The file.</param>
/// <param name="Problem">Why the file as it is does not hold, so that what held before goes on; null if it does.</param>
public sealed record ConfigurationStatus(string Path, string? Problem);
