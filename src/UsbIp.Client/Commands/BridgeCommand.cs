using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using UsbIp.Client.Interop;
using UsbIp.Client.Persist;
using UsbIp.Client.Vhci;

namespace UsbIp.Client.Commands;

/// <summary>
/// The hidden verb of the process that <see cref="BackgroundBridge"/> starts: attaches a device, reports on the standard output with one
/// line, waits until its leash is let go, leaves every stream and relays until the end.
/// </summary>
internal sealed class BridgeCommand(ClientSettings settings)
{
    public const string Name = "bridge";

    /// <summary>What comes over the leash when the report has arrived.</summary>
    public const char LetGo = '+';

    public static Command Define(GlobalOptions global)
    {
        var words = new Argument<string[]>("HOST DEVICE");
        var log = new Option<string?>("--log");
        var noWait = new Option<bool>("--no-wait");
        var noReadAhead = new Option<bool>(AttachCommand.NoReadAhead);
        var waiting = new WaitOption();
        var persist = new Option<bool>(AttachCommand.Persist);
        var command = new Command(Name) { words, log, noWait, noReadAhead, persist, waiting.Wait, waiting.TakeOver, waiting.Hold };
        command.Hidden = true;
        command.SetAction(parsed => global.Run(parsed, (settings, output) =>
        {
            var (host, device) = HostArgument.Parse(parsed.GetValue(words) ?? [], remote: null, busId: null, tcpPort: null);
            var request = new AttachRequest(
                host, device, parsed.GetValue(log), !parsed.GetValue(noWait), !parsed.GetValue(noReadAhead), parsed.GetValue(global.Debug));
            return new BridgeCommand(settings).Run(waiting.Apply(parsed, request) with { Persist = parsed.GetValue(persist) }, output.Result);
        }));
        return command;
    }

    private ExitCode Run(AttachRequest request, TextWriter report)
    {
        Daemon.LeaveSession();
        using var stop = new StopSignals();
        var leash = new Leash(stop);
        try
        {
            var logger = request.LogFile is null
                ? LineLogger.ToSystem(request.LeastLevel)
                : LineLogger.ToFile(request.LogFile, request.LeastLevel);
            return Run(request, report, leash, logger, stop.Token);
        }
        catch (CommandException error)
        {
            Write(report, new BridgeReport(null, error.ExitCode, request.IsDebug ? error.ToString() : error.Message, error.Hint, null));
            return error.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted; // whoever cut the leash tells the user
        }
    }

    private ExitCode Run(AttachRequest request, TextWriter report, Leash leash, ILogger logger, CancellationToken stop)
    {
        var remark = VhciModule.Ensure(settings.Driver) ? "Loaded the kernel module vhci_hcd." : null;
        if (request.Persist)
        {
            return Keep(request, report, leash, logger, remark, stop);
        }

        void Progress(string waiting) => Write(report, new BridgeReport(null, ExitCode.Success, null, null, null) { Progress = waiting });
        using var attachment = Attachment.Open(settings, request.Host, request.Device, logger, request.ReadAhead, stop, request.WishWith(Progress));
        var view = AttachmentLine.View(settings, attachment, request.Wait, stop);
        Write(report, new BridgeReport(view, ExitCode.Success, null, null, remark));
        if (!leash.WaitUntilLetGo())
        {
            return ExitCode.Interrupted; // nobody knows of the attachment, so there is none
        }

        Daemon.LeaveStreams();
        Log.Attached(logger, AttachmentLine.Format(view), request.Host);
        return Attachment.ToExitCode(attachment.WaitForEnd(stop));
    }

    /// <summary>Reports how the first try went, and goes on for ever.</summary>
    private ExitCode Keep(AttachRequest request, TextWriter report, Leash leash, ILogger logger, string? remark, CancellationToken stop)
    {
        var isReported = false;
        return new KeptAttachment(settings, request, logger, TimeProvider.System, Tell).Run(stop);

        void Tell(AttachmentView? view, KeptState state)
        {
            if (!isReported)
            {
                isReported = true;
                Write(report, new BridgeReport(view, ExitCode.Success, null, null, remark) { Kept = state });
                leash.WaitUntilLetGo(); // a leash that is cut has stopped us already
                Daemon.LeaveStreams();
            }

            if (view is not null)
            {
                Log.Attached(logger, AttachmentLine.Format(view), request.Host);
            }
        }
    }

    private static void Write(TextWriter report, BridgeReport value)
    {
        report.WriteLine(JsonSerializer.Serialize(value, JsonViews.Default.BridgeReport));
        report.Flush();
    }

    /// <summary>Reads the leash on a thread: the end of the stream before the one byte means that whoever held it is gone.</summary>
    private sealed class Leash
    {
        private readonly StopSignals _stop;
        private readonly TaskCompletionSource<bool> _isLetGo = new();

        public Leash(StopSignals stop)
        {
            _stop = stop;
            new Thread(Read) { IsBackground = true, Name = "leash" }.Start();
        }

        public bool WaitUntilLetGo() => _isLetGo.Task.Result;

        /// <summary>May end after everything else: the command that holds the leash lets go when this process has reported a failure.</summary>
        private void Read()
        {
            using var input = Console.OpenStandardInput();
            var isLetGo = input.ReadByte() == LetGo;
            if (!isLetGo)
            {
                _stop.Cancel();
            }

            _isLetGo.SetResult(isLetGo);
        }
    }
}
