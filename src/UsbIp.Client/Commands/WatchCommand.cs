using System.CommandLine;
using UsbIp.Client.Remote;

namespace UsbIp.Client.Commands;

/// <summary><c>usbip-client watch HOST</c>: what happens to a host's devices, as it happens, line by line.</summary>
internal sealed class WatchCommand(Output output)
{
    public static Command Define(GlobalOptions global)
    {
        var host = new Argument<string?>("HOST[:PORT]") { Description = HostArgument.Description, Arity = ArgumentArity.ZeroOrOne };
        var remote = HostArgument.StockOption();
        var json = new Option<bool>("--json") { Description = "Print one JSON object a line (NDJSON)" };
        var poll = new Option<string?>("--poll") { Description = "Ask a host that cannot push for its list, so often", HelpName = "SECONDS" };
        var command = new Command("watch", "Show what happens to a host's devices as it happens") { host, remote, json, poll };
        command.SetAction(parsed => global.Run(parsed, (_, output) =>
        {
            using var stop = new StopSignals();
            return new WatchCommand(output).Run(
                HostArgument.Parse(parsed.GetValue(remote) ?? parsed.GetValue(host), parsed.GetValue(global.TcpPort)),
                parsed.GetValue(json),
                parsed.GetValue(poll) is { } text ? PollInterval.Parse(text) : null,
                stop.Token);
        }));
        return command;
    }

    /// <summary>Until <paramref name="stop"/>, or the host ends it.</summary>
    /// <exception cref="CommandException">The host cannot be reached, cannot push and is not to be polled, or was lost.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="stop"/> came.</exception>
    public ExitCode Run(HostAddress host, bool json, TimeSpan? poll, CancellationToken stop)
    {
        using var watcher = HostWatcher.TryOpen(host, stop);
        if (watcher is null && poll is null)
        {
            throw new CommandException(
                ExitCode.ProtocolMismatch,
                $"{host} cannot push: it is not a usbip-host, or an older one.",
                "--poll 5, which asks it for its list every 5 s.");
        }

        if (watcher is null)
        {
            foreach (var notice in new PolledHost(host, poll!.Value).Follow(stop))
            {
                Print(host, notice, json);
            }
        }

        while (true)
        {
            Print(host, watcher!.Read(), json);
        }
    }

    private void Print(HostAddress host, HostNotice notice, bool json)
    {
        if (json)
        {
            output.Json(WatchLine.View(host, notice), WatchJson.Default.WatchView);
        }
        else
        {
            foreach (var line in WatchLine.Format(notice))
            {
                output.Line(line);
            }
        }

        output.Result.Flush();
    }
}
