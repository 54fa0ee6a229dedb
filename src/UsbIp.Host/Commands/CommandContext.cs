using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Devices;
using UsbIp.Host.Control;
using UsbIp.Host.Doctor;
using UsbIp.Host.Service;

namespace UsbIp.Host.Commands;

/// <summary>What every command works with, put together in Program: where output goes, and how to reach devices and the daemon.</summary>
public sealed record CommandContext
{
    /// <summary>Results.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Everything else.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether <see cref="Output"/> is a terminal.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>--control, or null for the usual place.</summary>
    public string? ControlPath { get; init; }

    /// <summary>--config, or null for the usual place.</summary>
    public string? ConfigurationPath { get; init; }

    /// <summary>-q: success says nothing.</summary>
    public bool Quiet { get; init; }

    /// <summary>From here on Ctrl+C, SIGTERM and a terminal that closes cancel this token instead of ending the process.</summary>
    public required Func<CancellationToken> HeedSignals { get; init; }

    /// <summary>From here on SIGHUP of a daemon that keeps its terminal, or has none, does this; until the result is disposed.</summary>
    public Func<Action, IDisposable> HeedReload { get; init; } = static _ => new CancellationTokenRegistration();

    /// <summary>Reaches the real devices; throws a <see cref="UsbException"/> where that cannot be done.</summary>
    public required Func<BackendKind, ILoggerFactory, IUsbBackend> OpenBackend { get; init; }

    /// <summary>Makes the daemon's log; the command line sets it by its options.</summary>
    public Func<ILoggerFactory> CreateLoggers { get; init; } = static () => NullLoggerFactory.Instance;

    /// <summary>Takes what the service manager gave this process; the daemon does, once.</summary>
    public Func<ServiceEnvironment> TakeService { get; init; } = static () => ServiceEnvironment.None;

    /// <summary>Which devices udev gives to the service.</summary>
    public NodeAccess NodeAccess { get; init; } = new(NodeAccess.SystemPath, Udev.ApplyRules);

    /// <summary>Which devices udev gives to the service because it exports them.</summary>
    public ExportAccess ExportAccess { get; init; } = ExportAccess.Of(new NodeAccess(NodeAccess.SystemPath, Udev.ApplyRules), Udev.ApplyRules);

    /// <summary>Whether this machine has the service with a user of its own.</summary>
    public bool HasService { get; init; } = Udev.HasGroup;

    /// <summary>Whether this process is root's.</summary>
    public bool IsRoot { get; init; } = Environment.IsPrivilegedProcess;

    /// <summary>What a daemon does once at its start, for the devices that one before it was killed with; says how many interfaces it gave back.</summary>
    public required Func<ILoggerFactory, int> RecoverDevices { get; init; }

    /// <summary>What stands between a real device and its export.</summary>
    public required Func<BackendKind, ExportCheck> ExportCheck { get; init; }

    /// <summary>What the doctor looks at.</summary>
    public HostSurroundings Surroundings { get; init; } = new();

    /// <summary>Connects to the daemon; null if none runs.</summary>
    /// <exception cref="CommandException">One runs, but not for this user.</exception>
    public ControlClient? ConnectToDaemon() => ControlClient.TryConnect(Control.ControlPath.ForClients(ControlPath));

    /// <summary>What takes from the service what was exported; null where this user may not, whatever a daemon says of itself.</summary>
    public ExportAccess? AccessToTakeBack => IsRoot ? ExportAccess : null;

    /// <summary>What gives the service the devices that it exports; null where it is root itself, and where this user may not say so.</summary>
    /// <param name="daemon">The running one; without one, it is the service that will read what root says now, if this machine has it.</param>
    public ExportAccess? AccessFor(ControlClient? daemon) =>
        IsRoot && (daemon is null ? HasService : daemon.Status().Daemon is { IsRoot: false }) ? ExportAccess : null;

    /// <summary>Tells the user of a success, unless told to be quiet.</summary>
    public void Say(string line)
    {
        if (!Quiet)
        {
            Output.WriteLine(line);
        }
    }

    /// <summary>Tells the user something beside the result.</summary>
    public void Remark(string line)
    {
        if (!Quiet)
        {
            Error.WriteLine($"usbip-host: {line}");
        }
    }
}
