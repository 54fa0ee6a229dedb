using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Devices.Virtual;
using UsbIp.Host.Commands;
using UsbIp.Host.Configuration;
using UsbIp.Host.Control;
using UsbIp.Host.Server;
using UsbIp.Host.Service;

namespace UsbIp.Host;

/// <summary>
/// The daemon's life: claims the control socket, reaches the devices, exports, listens, serves, and leaves nothing behind. Owns all of it.
/// </summary>
internal sealed class Daemon(CommandContext context, ServeOptions options) : IDisposable
{
    private readonly ILoggerFactory _loggers = context.CreateLoggers();
    private readonly ServiceEnvironment _service = context.TakeService();
    private readonly VirtualUsbBackend _virtualDevices = new();
    private IUsbBackend? _realDevices;

    /// <summary>Runs until <paramref name="stop"/>; every device is back with its kernel driver when it returns.</summary>
    /// <exception cref="CommandException">It cannot start.</exception>
    /// <exception cref="UsbException">A device cannot be exported.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        var logger = _loggers.CreateLogger<Daemon>();
        var path = _service.Sockets.Control?.LocalEndPoint?.ToString() ?? ControlPath.ForDaemon(context.ControlPath);
        using var file = ControlSocketFile.Claim(path, _service.Sockets.Control);
        AddVirtualDevices(logger);
        OpenRealDevices(logger);
        var registry = new DeviceRegistry(_realDevices is null ? [_virtualDevices] : [_realDevices, _virtualDevices], _loggers);
        using var server = new UsbIpServer(registry, new ServerOptions(), _loggers);
        var listening = new List<string>();
        Listen(server, listening, logger); // before anything is exported: where the port is taken, nothing is
        var status = new DaemonStatus(ProgramVersion.Text, Environment.ProcessId, DateTimeOffset.Now, listening) { IsRoot = context.IsRoot };
        var configuration = new HostConfiguration(ConfigurationPath.Of(context.ConfigurationPath), logger);
        var check = context.ExportCheck(options.Backend);
        var rules = new RuleOperations(configuration, () => check.Look(registry.List()), busId => _realDevices?.FindUse(busId), registry.Apply);
        rules.Reload();
        using var reloading = context.HeedReload(() => rules.Reload());
        var operations = new ControlOperations(registry, _virtualDevices, check, rules, status);
        foreach (var busId in _virtualDevices.ListDevices().Select(device => device.BusId.ToString()).Union(options.Exports))
        {
            var isKept = options.Keep && options.Exports.Contains(busId);
            operations.Export(new ExportRequest(busId, options.Force, isKept) { Sharing = options.Sharing });
        }

        var control = new ControlServer(file, operations, new ControlLimits(), TimeProvider.System, _loggers);
        using var service = new DaemonService(_service, registry, server, control, _realDevices, _loggers);
        logger.Ready(path);
        service.Ready();
        rules.TellOfReloads(service.Reloading, service.Reloaded);
        using var ending = new CancellationTokenSource();
        await using var said = stop.Register(() =>
        {
            try
            {
                SayEnding(service, logger);
            }
            finally
            {
                ending.Cancel(); // only now: loops that heed the stop themselves may have ended before it was said, and then it never is
            }
        });
        await Loops.RunAsync([server.RunAsync, control.RunAsync, service.RunAsync], ending.Token);
        logger.Ended();
    }

    public void Dispose()
    {
        _realDevices?.Dispose();
        _virtualDevices.Dispose();
        _loggers.Dispose();
    }

    private static void SayEnding(DaemonService service, ILogger logger)
    {
        logger.Ending();
        service.Stopping();
    }

    private void AddVirtualDevices(ILogger logger)
    {
        foreach (var spec in options.VirtualDevices)
        {
            try
            {
                logger.VirtualDeviceAdded(spec, _virtualDevices.Add(VirtualDeviceSpec.Parse(spec)));
            }
            catch (UsbException exception) when (exception.Failure == UsbFailure.Other)
            {
                throw new CommandException(ExitCode.Usage, exception.Message, exception.Hint, exception); // what was written is wrong
            }
        }
    }

    private void OpenRealDevices(ILogger logger)
    {
        try
        {
            context.RecoverDevices(_loggers);
            _realDevices = context.OpenBackend(options.Backend, _loggers);
        }
        catch (UsbException exception) when (options.VirtualDevices.Count > 0)
        {
            logger.NoRealDevices(exception.Message);
        }
    }

    private void Listen(UsbIpServer server, List<string> listening, ILogger logger)
    {
        CommandException? missing = null;
        foreach (var listener in _service.Sockets.Listeners)
        {
            Note(server.Listen(listener));
        }

        var addresses = listening.Count > 0 && ReferenceEquals(options.Listen, ListenAddress.Default) ? [] : options.Listen;
        foreach (var address in addresses)
        {
            try
            {
                Note(server.Listen(address.EndPoint));
            }
            catch (SocketException exception) when (address.MayBeMissing && IsMissing(exception))
            {
                missing = CannotListen(address.EndPoint, exception);
                logger.LoopbackMissing(address.EndPoint.Address.ToString());
            }
            catch (SocketException exception)
            {
                throw CannotListen(address.EndPoint, exception);
            }
        }

        if (listening.Count == 0 && missing is not null)
        {
            throw missing;
        }

        void Note(IPEndPoint bound)
        {
            listening.Add(bound.ToString());
            if (!IPAddress.IsLoopback(bound.Address))
            {
                logger.Plaintext(listening[^1]);
            }
        }
    }

    private static bool IsMissing(SocketException exception) =>
        exception.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;

    private static CommandException CannotListen(IPEndPoint endPoint, SocketException exception) => exception.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => new CommandException(
            ExitCode.Busy,
            $"Port {endPoint.Port} of {endPoint.Address} is taken by another program.",
            $"--listen {endPoint.Address.ToString()}:{endPoint.Port + 1}, or 'ss -ltnp' to see which program it is (stock usbipd also uses 3240)",
            exception),
        SocketError.AccessDenied => new CommandException(
            ExitCode.Permission, $"This user may not listen on port {endPoint.Port}.", "a port from 1024 on", exception),
        SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported => new CommandException(
            ExitCode.Network, $"{endPoint.Address} is no address of this machine.", "'ip address', which shows those that it has", exception),
        _ => new CommandException(ExitCode.Network, $"{endPoint} cannot be listened on: {exception.Message}", null, exception),
    };
}
