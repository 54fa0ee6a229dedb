using System.CommandLine;
using Microsoft.Extensions.Logging;
using UsbIp.Client.Persist;
using UsbIp.Client.Remote;
using UsbIp.Client.Vhci;
using UsbIp.Protocol.Selection;

namespace UsbIp.Client.Commands;

/// <summary>What the user asked to be attached, and how.</summary>
/// <param name="Host">The machine that has the device.</param>
/// <param name="Device">The device there.</param>
/// <param name="LogFile">Where the bridge logs; null for the system's log, or the standard error in the foreground.</param>
/// <param name="Wait">Whether to wait until this machine can use the device.</param>
/// <param name="ReadAhead">Whether to ask the host for what the drivers will ask next.</param>
/// <param name="IsDebug">Whether to log more.</param>
internal sealed record AttachRequest(HostAddress Host, DeviceSelector Device, string? LogFile, bool Wait, bool ReadAhead, bool IsDebug)
{
    /// <summary>Whether to wait until no other client holds the device.</summary>
    public bool Queue { get; init; }

    /// <summary>How long; null for ever.</summary>
    public TimeSpan? QueueLimit { get; init; }

    /// <summary>Whether to take the device from the client that holds it, where its host allows that.</summary>
    public bool TakeOver { get; init; }

    /// <summary>Whether to let no other client take it over.</summary>
    public bool Hold { get; init; }

    /// <summary>How the import deals with other clients that want the device.</summary>
    public ImportWish WishWith(Action<string> progress) => new(TakeOver, Queue ? new DeviceWait(QueueLimit, progress) : null) { Hold = Hold };

    /// <summary>Whether to keep the device attached for ever.</summary>
    public bool Persist { get; init; }

    public LogLevel LeastLevel => IsDebug ? LogLevel.Debug : LogLevel.Information;
}

/// <summary><c>usbip-client attach HOST DEVICE</c>: plugs a host's device into this machine.</summary>
internal sealed class AttachCommand(ClientSettings settings, Output output)
{
    /// <summary>The option that switches reading ahead off; the bridge's own command has it too.</summary>
    public const string NoReadAhead = "--no-read-ahead";

    /// <summary>The option that keeps a device; the bridge's own command has it too.</summary>
    public const string Persist = "--persist";

    public static Command Define(GlobalOptions global)
    {
        var words = HostArgument.HostAndDevice();
        var remote = HostArgument.StockOption();
        var busId = HostArgument.StockBusId();
        var foreground = new Option<bool>("--foreground", "-f") { Description = "Stay and relay here, for systemd; Ctrl+C detaches" };
        var log = new Option<string?>("--log") { Description = "Log to a file instead of the system's log", HelpName = "FILE" };
        var noWait = new Option<bool>("--no-wait") { Description = "Return before this machine can use the device" };
        var noReadAhead = new Option<bool>(NoReadAhead) { Description = "Ask the host only when a driver asks: slower over a network, and exact" };
        var waiting = new WaitOption();
        var persist = new Option<bool>(Persist) { Description = "Keep it attached: attach it again whenever device, host or network come back" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var command = new Command("attach", "Plug a host's device into this machine")
        {
            words, remote, busId, foreground, log, noWait, noReadAhead, persist, waiting.Wait, waiting.TakeOver, waiting.Hold, json,
        };
        command.SetAction(parsed => global.Run(parsed, (settings, output) =>
        {
            var (host, device) = HostArgument.Parse(
                parsed.GetValue(words) ?? [], parsed.GetValue(remote), parsed.GetValue(busId), parsed.GetValue(global.TcpPort));
            var logFile = parsed.GetValue(log) is { } path ? Path.GetFullPath(path) : null;
            var request = new AttachRequest(
                host, device, logFile, Wait: !parsed.GetValue(noWait), ReadAhead: !parsed.GetValue(noReadAhead), parsed.GetValue(global.Debug));
            request = waiting.Apply(parsed, request) with { Persist = parsed.GetValue(persist) };
            var attach = new AttachCommand(settings, output);
            using var stop = new StopSignals();
            return parsed.GetValue(foreground)
                ? attach.RunHere(request, parsed.GetValue(json), stop.Token)
                : attach.RunInBackground(request, parsed.GetValue(json), stop.Token);
        }));
        return command;
    }

    /// <summary>Attaches, and relays on this process until the device is detached or lost, or <paramref name="stop"/> detaches it.</summary>
    public ExitCode RunHere(AttachRequest request, bool json, CancellationToken stop)
    {
        var logger = request.LogFile is null
            ? LineLogger.ToStandardError(output.Remarks, output.IsQuiet ? LogLevel.Warning : request.LeastLevel)
            : LineLogger.ToFile(request.LogFile, request.LeastLevel);
        if (VhciModule.Ensure(settings.Driver))
        {
            output.Remark("Loaded the kernel module vhci_hcd.");
        }

        if (request.Persist)
        {
            return new KeptAttachment(settings, request, logger, TimeProvider.System, (view, _) => PrintIfAttached(view, json)).Run(stop);
        }

        using var attachment = Attachment.Open(settings, request.Host, request.Device, logger, request.ReadAhead, stop, request.WishWith(output.Remark));
        Print(AttachmentLine.View(settings, attachment, request.Wait, stop), json);
        return Attachment.ToExitCode(attachment.WaitForEnd(stop));
    }

    /// <summary>Attaches from a process of its own, which stays.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> came before the device was usable; nothing stays attached.</exception>
    public ExitCode RunInBackground(AttachRequest request, bool json, CancellationToken stop)
    {
        var report = BackgroundBridge.Start(request, output.Remark, stop);
        if (report.Remark is not null)
        {
            output.Remark(report.Remark);
        }

        if (report is { Attachment: null, Kept: { } waiting })
        {
            PrintWaiting(waiting, json);
            return ExitCode.Success;
        }

        if (report.Attachment is null)
        {
            throw new CommandException(report.ExitCode, report.Error ?? "The bridge did not say why it ended.", report.Hint);
        }

        Print(report.Attachment, json);
        return ExitCode.Success;
    }

    private void PrintIfAttached(AttachmentView? view, bool json)
    {
        if (view is not null)
        {
            Print(view, json);
        }
    }

    private void PrintWaiting(KeptState waiting, bool json)
    {
        if (json)
        {
            output.Json(waiting, KeptJson.Default.KeptState);
            return;
        }

        output.Done($"waiting for {waiting.Device} of {waiting.Host}: {waiting.WaitsFor}");
    }

    private void Print(AttachmentView view, bool json)
    {
        if (json)
        {
            output.Json(view, JsonViews.Default.AttachmentView);
        }
        else
        {
            output.Done(AttachmentLine.Format(view));
        }

        output.Result.Flush();
    }
}
