using System.Net;
using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Host.Commands;
using UsbIp.Host.Control;
using UsbIp.Host.Doctor;
using UsbIp.Host.Service;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Control;

/// <summary>What a command printed, and how it ended.</summary>
public sealed record CommandResult(ExitCode ExitCode, string Output, string Error);

/// <summary>
/// A machine for usbip-host to run on: devices, a place for the control socket, and the whole command line, in this process. The daemon is the
/// real one, on a loopback port of its own.
/// </summary>
public sealed class Machine : IAsyncDisposable
{
    private ScriptedBackend? _backend;
    private readonly string _directory = Directory.CreateTempSubdirectory("usbip-host-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly LogLines _log = new();
    private Task<CommandResult>? _daemon;

    private string RulesPath => Path.Combine(_directory, "access.rules");

    public string ControlPath => Path.Combine(_directory, "control");

    public string ConfigurationPath => Path.Combine(_directory, "etc", "config.yaml");

    /// <summary>The devices that are plugged in.</summary>
    public IList<UsbDeviceInfo> Devices { get; } = [];

    /// <summary>Whether the machine's USB can be reached.</summary>
    public UsbException? BackendFailure { get; set; }

    /// <summary>What the machine uses its devices for.</summary>
    public DeviceUse? Use
    {
        get => field;
        set
        {
            field = value;
            _backend?.Use = value;
        }
    }

    /// <summary>The backend that was asked for last.</summary>
    public BackendKind? Backend { get; private set; }

    public Func<string, bool> MayWrite { get; set; } = _ => true;

    public Action RequireLibrary { get; set; } = () => { };

    /// <summary>What its service manager gives the daemon.</summary>
    public ServiceEnvironment Service { get; set; } = ServiceEnvironment.None;

    /// <summary>Interfaces that a killed daemon left without a driver.</summary>
    public int Unrecovered { get; set; }

    /// <summary>The lines of the file that says which devices the service may open.</summary>
    public string[] UdevRules
    {
        get => File.Exists(RulesPath) ? File.ReadAllLines(RulesPath) : [];
        init => File.WriteAllLines(RulesPath, value);
    }

    /// <summary>The lines of the file that says which devices it may open because they are exported by hand.</summary>
    public string[] UdevRulesOfExports => File.ReadAllLines(Path.Combine(_directory, "exported.rules"));

    /// <summary>Whether the daemon may open every device; commands are always root's.</summary>
    public bool DaemonIsRoot { get; set; } = true;

    /// <summary>How often udev was told of it.</summary>
    public int UdevApplied { get; private set; }

    public bool IsTerminal { get; set; }

    /// <summary>What the doctor looks at.</summary>
    public HostSurroundings Surroundings { get; set; } = new();

    public IEnumerable<string> Log => _log.Lines;

    /// <summary>Where the daemon serves.</summary>
    public IPEndPoint Endpoint => IPEndPoint.Parse(Log.Last(line => line.Contains("Listening on", StringComparison.Ordinal)).Split(' ')[^1].TrimEnd('.'));

    /// <summary>Gives a device a node, and returns its path.</summary>
    public string MakeNode(UsbDeviceInfo device)
    {
        var node = Path.Combine(_directory, $"{device.BusNumber:d3}", $"{device.DeviceNumber:d3}");
        Directory.CreateDirectory(Path.GetDirectoryName(node)!);
        File.WriteAllText(node, "");
        return node;
    }

    /// <summary>Runs a command to its end.</summary>
    public Task<CommandResult> RunAsync(params string[] arguments) => RunAsync(arguments, CancellationToken.None);

    /// <summary>Begins a command that goes on, such as watch.</summary>
    public FollowedCommand Follow(params string[] arguments) => new((output, stop) => RunAsync(arguments, output, stop));

    /// <summary>Runs a command that becomes the daemon, and waits until it is ready.</summary>
    public void Start(params string[] arguments)
    {
        _daemon = Task.Run(() => RunAsync(arguments, _stop.Token));
        Eventually.Holds(() => _daemon.IsCompleted || Log.Any(line => line.Contains("ready", StringComparison.Ordinal)), "the daemon to be ready");
        if (_daemon.IsCompleted)
        {
            throw new InvalidOperationException($"The daemon ended: {_daemon.Result}");
        }
    }

    /// <summary>Serves on a port of the system's choice.</summary>
    public void Serve(params string[] arguments) => Start(["serve", "--listen", "127.0.0.1:0", .. arguments]);

    /// <summary>Ends the daemon as a signal would.</summary>
    public async Task<CommandResult> StopAsync()
    {
        await _stop.CancelAsync();
        return await _daemon!.WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        if (_daemon is not null)
        {
            await StopAsync();
        }

        _stop.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private Task<CommandResult> RunAsync(string[] arguments, CancellationToken stop) => RunAsync(arguments, new StringWriter(), stop);

    private async Task<CommandResult> RunAsync(string[] arguments, TextWriter output, CancellationToken stop)
    {
        using var error = new StringWriter();
        var granted = Rules("access");
        var context = new CommandContext
        {
            Output = output,
            Error = error,
            IsTerminal = IsTerminal,
            HeedSignals = () => stop,
            OpenBackend = (kind, _) => OpenBackend(kind),
            TakeService = () => Service,
            RecoverDevices = _ => Unrecovered,
            NodeAccess = granted,
            ExportAccess = new ExportAccess(granted, Rules("kept"), Rules("exported")),
            HasService = !DaemonIsRoot,
            IsRoot = arguments is not ["serve", ..] || DaemonIsRoot,
            ExportCheck = _ => new ExportCheck(_directory, path => MayWrite(path), () => RequireLibrary()),
            Surroundings = Surroundings,
        };
        var line = new HostCommandLine(context, level => LoggerFactory.Create(builder => builder.SetMinimumLevel(level).AddProvider(_log)));
        var isDirective = arguments is [['[', ..], ..]; // whose last word is the line that it is about
        var exitCode = await line.RunAsync(isDirective ? arguments : [.. arguments, "--control", ControlPath, "--config", ConfigurationPath]);
        return new CommandResult((ExitCode)exitCode, output.ToString()!, error.ToString());
    }

    private NodeAccess Rules(string name) => new(Path.Combine(_directory, $"{name}.rules"), () => UdevApplied++);

    private ScriptedBackend OpenBackend(BackendKind kind)
    {
        Backend = kind;
        if (BackendFailure is { } failure)
        {
            throw failure;
        }

        var backend = _backend = new ScriptedBackend { Use = Use };
        foreach (var device in Devices)
        {
            backend.Add(device);
        }

        return backend;
    }
}
