using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Extensions.Logging;
using UsbIp.Client.Bridge;
using UsbIp.Client.Remote;
using UsbIp.Client.Vhci;
using UsbIp.Protocol;
using UsbIp.Protocol.Selection;

namespace UsbIp.Client.Commands;

/// <summary>
/// One device attached by this process: imported from its host, its bridge running on a thread, its port taken. Disposing it unplugs
/// the device, if nobody did before, and waits until the kernel has let go of the port.
/// </summary>
internal sealed class Attachment : IDisposable
{
    private static readonly TimeSpan FreeTimeout = TimeSpan.FromSeconds(10);

    private readonly ClientSettings _settings;
    private readonly ILogger _logger;
    private readonly BridgeSession _session;
    private readonly Thread _thread;
    private readonly CancellationTokenSource _ended = new();
    private readonly DateTime? _recorded;
    private BridgeEnd? _end;

    private Attachment(ClientSettings settings, HostAddress host, BridgeSession session, int port, DateTime? recorded, ILogger logger)
    {
        (_settings, _session, _logger, Host, Port, _recorded) = (settings, session, logger, host, port, recorded);
        _thread = new Thread(RunBridge) { Name = "bridge" };
        _thread.Start();
    }

    public HostAddress Host { get; }

    public int Port { get; }

    public DeviceRecord Device => _session.Device;

    /// <summary>How the session ended; null while it has not.</summary>
    public BridgeEnd? End => _ended.IsCancellationRequested ? _end : null;

    /// <summary>Imports a device and plugs it in. Returns before the kernel has enumerated it.</summary>
    /// <exception cref="CommandException">The host or the kernel refused, or could not be reached.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> came first; nothing is attached.</exception>
    public static Attachment Open(
        ClientSettings settings, HostAddress host, DeviceSelector device, ILogger logger, bool readAhead, CancellationToken stop, ImportWish? wish = null) =>
        Open(settings, host, DeviceChoice.Find(host, device, stop), logger, readAhead, stop, wish);

    /// <inheritdoc cref="Open(ClientSettings, HostAddress, DeviceSelector, ILogger, bool, CancellationToken, ImportWish?)"/>
    [SuppressMessage("Reliability", "CA2000", Justification = "The attachment owns the session; where none is made, it is disposed.")]
    public static Attachment Open(
        ClientSettings settings, HostAddress host, BusId busId, ILogger logger, bool readAhead, CancellationToken stop, ImportWish? wish = null)
    {
        RefuseTwice(settings, host, busId);
        settings.Ports.RequireAttachable();
        wish ??= new ImportWish();
        var taken = new AttachedPort(settings);
        var kept = new KeepReason(settings, taken, wish.Hold);
        var options = new BridgeOptions(readAhead) { WhyKept = kept.Find, AwaitUnlocked = () => taken.FindDevice()?.AwaitUnlocked() };
        var session = wish.Run(token => Import(host, busId, logger, options, wish, token), stop);

        try
        {
            stop.ThrowIfCancellationRequested();
            var record = new AttachmentRecord(host.Host, host.Port.ToString(CultureInfo.InvariantCulture), session.Device.BusId.ToString());
            var (port, recorded) = settings.Ports.Attach(session.KernelEnd, session.Device, record, logger);
            session.HandedOver();
            taken.Is(port);
            settings.SeenHosts.Note(host);
            return new Attachment(settings, host, session, port, recorded, logger);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Waits until this machine can use the device.</summary>
    /// <exception cref="CommandException">The kernel did not accept it, or the bridge ended meanwhile.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> came first.</exception>
    public LocalDevice WaitUntilUsable(CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, _ended.Token);
        try
        {
            return _settings.Enumeration.WaitUntilUsable(Port, either.Token);
        }
        catch (Exception error) when (_ended.IsCancellationRequested && error is OperationCanceledException or CommandException)
        {
            throw _end is null ? error : EndedEarly(_end);
        }
    }

    /// <summary>Waits until somebody ends the session.</summary>
    /// <param name="stop">Unplugs the device.</param>
    public BridgeEnd WaitForEnd(CancellationToken stop)
    {
        using var stopping = stop.Register(_session.Bridge.Stop);
        _thread.Join();
        return _end!;
    }

    public void Dispose()
    {
        var device = FindDevice();
        _session.Bridge.Stop();
        _thread.Join();
        _session.Dispose();
        _ended.Dispose();
        WaitUntilFree(device);
        Forget();
    }

    /// <summary>How the end of a session counts for the exit code.</summary>
    public static ExitCode ToExitCode(BridgeEnd end) => end.Kind switch
    {
        BridgeEndKind.KernelDetached or BridgeEndKind.Stopped => ExitCode.Success,
        BridgeEndKind.HostClosed or BridgeEndKind.HostLost => ExitCode.Network,
        BridgeEndKind.HostBrokeProtocol => ExitCode.ProtocolError,
        _ => ExitCode.Failure,
    };

    private static CommandException EndedEarly(BridgeEnd end) => new(
        end.IsClean ? ExitCode.Failure : ToExitCode(end),
        $"The device went away before this machine could use it: {end.Reason}",
        "look into the log of the server, and at 'dmesg | tail' here.");

    /// <summary>A server that takes the offer for a part of the busid (pyusbip does) is asked again without it.</summary>
    private static BridgeSession Import(
        HostAddress host, BusId busId, ILogger logger, BridgeOptions options, ImportWish wish, CancellationToken stop)
    {
        var offered = wish.Offered | Extensions.GiveWay | (options.ReadAhead ? Extensions.BulkOnlyOrder : Extensions.None);
        while (true)
        {
            using var connection = HostConnection.Connect(host, stop: stop);
            try
            {
                var asked = connection.IsToThisMachine ? offered & ~Extensions.Heartbeat : offered; // a tunnel's near end hides how the network is
                var device = connection.Import(busId, asked, wish.Heard);
                return BridgeSession.Open(connection.TakeSocket(), device, logger, options with { Promised = connection.Accepted });
            }
            catch (CommandException refused) when (refused.ExitCode == ExitCode.NotFound && offered != Extensions.None && !connection.KnowsOffers)
            {
                offered = Extensions.None;
            }
        }
    }

    /// <summary>A host would only say "busy"; here we know who has it.</summary>
    private static void RefuseTwice(ClientSettings settings, HostAddress host, BusId busId)
    {
        foreach (var port in settings.Driver.ReadPorts().Where(port => !port.IsFree))
        {
            var record = settings.Records.Read(port.Number);
            if (record is not null && AttachedDevice.IsOf(host, record) && record.RemoteBusId == busId.ToString())
            {
                throw new CommandException(
                    ExitCode.AlreadyRunning,
                    $"{busId} of {host} is attached to this machine already, as port {port.Number:00}.",
                    $"'usbip-client detach {port.Number}' first, if it does not work.");
            }
        }
    }

    private void Forget()
    {
        try
        {
            _settings.Ports.Forget(Port, _recorded);
        }
        catch (CommandException error)
        {
            Log.NoRecordRemoved(_logger, Port, error.Message); // a leftover is harmless
        }
    }

    private string? FindDevice()
    {
        try
        {
            return _settings.Driver.FindDevice(Port);
        }
        catch (CommandException)
        {
            return null; // the module was unloaded
        }
    }

    private void WaitUntilFree(string? device)
    {
        try
        {
            if (!_settings.Driver.WaitUntilFree(Port, device, FreeTimeout * _settings.Patience))
            {
                Log.StillThere(_logger, Device.BusId, Port);
            }
        }
        catch (CommandException)
        {
            // The module was unloaded, and the port with it.
        }
    }

    private void RunBridge()
    {
        _end = _session.Bridge.Run();
        _ended.Cancel();
    }
}
