using System.Globalization;
using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Host.Control;
using UsbIp.Host.Server;
using UsbIp.Host.Service;

namespace UsbIp.Host;

/// <summary>The daemon as its service manager sees it: ready, in what state, alive, ending. Without a manager it does nothing.</summary>
internal sealed class DaemonService : IDisposable
{
    private readonly ServiceEnvironment _environment;
    private readonly DeviceRegistry _registry;
    private readonly ServiceNotifier _notifier;
    private readonly ServiceWatch _watch;
    private volatile bool _isStopping;

    /// <param name="environment">What the manager gave.</param>
    /// <param name="registry">What the state is about.</param>
    /// <param name="server">Its accept loops must come round.</param>
    /// <param name="control">Its accept loop too.</param>
    /// <param name="devices">And its event thread; null where there is none.</param>
    /// <param name="loggers">The daemon's log.</param>
    public DaemonService(
        ServiceEnvironment environment, DeviceRegistry registry, UsbIpServer server, ControlServer control, IUsbBackend? devices, ILoggerFactory loggers)
    {
        var logger = loggers.CreateLogger<DaemonService>();
        (_environment, _registry) = (environment, registry);
        _notifier = new ServiceNotifier(environment.NotifySocket, logger);
        List<WatchedLoop> loops = [new("the loop that accepts clients", server.PassAsync), new("the loop that accepts commands", control.PassAsync)];
        if (devices is not null)
        {
            loops.Add(new WatchedLoop("the thread of USB events", devices.PassAsync));
        }

        _watch = new ServiceWatch(_notifier, environment.Watchdog, StatusLine, loops, TimeProvider.System, logger);
    }

    /// <summary>The devices have been looked at, and clients are listened to.</summary>
    public void Ready() => _notifier.Ready(StatusLine());

    /// <summary>The configuration is being read anew; <see cref="Reloaded"/> says when that is done.</summary>
    public void Reloading()
    {
        if (!_isStopping)
        {
            _notifier.Reloading();
        }
    }

    /// <summary>Clients are served, by the new configuration or, if that does not hold, as before. A service that ends is not ready again.</summary>
    public void Reloaded()
    {
        if (!_isStopping)
        {
            Ready();
        }
    }

    public void Stopping()
    {
        _isStopping = true;
        _notifier.Stopping();
    }

    /// <summary>Keeps the manager informed until <paramref name="stop"/>.</summary>
    public Task RunAsync(CancellationToken stop) => _environment.NotifySocket is null ? WaitAsync(stop) : _watch.RunAsync(stop);

    public void Dispose() => _notifier.Dispose();

    private static async Task WaitAsync(CancellationToken stop)
    {
        var ending = new TaskCompletionSource();
        await using var ends = stop.Register(ending.SetResult);
        await ending.Task;
    }

    private string StatusLine()
    {
        var (exported, held) = _registry.Counts;
        return string.Create(CultureInfo.InvariantCulture, $"{exported} {(exported == 1 ? "device" : "devices")} exported, {held} in use");
    }
}
