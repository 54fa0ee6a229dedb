using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using UsbIp.Host.Control;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Commands;

/// <summary>watch: what happens to the daemon's devices, as it happens, line by line.</summary>
public sealed class WatchCommand(CommandContext context, UsbNames names)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var json = new Option<bool>("--json") { Description = "One JSON object a line (NDJSON)" };
        var command = new Command("watch", "Show what happens to this machine's devices as it happens: plugged, attached by whom, released") { json };
        command.SetAction(parsed => (int)new WatchCommand(contextOf(parsed), UsbNames.Load()).Run(parsed.GetValue(json)));
        return command;
    }

    /// <summary>Until the daemon ends, or a signal.</summary>
    /// <exception cref="CommandException">No daemon runs, or it ended.</exception>
    public ExitCode Run(bool json)
    {
        var stop = context.HeedSignals();
        using var daemon = context.ConnectToDaemon() ?? throw StatusCommand.NoDaemon();
        using var stopping = stop.Register(daemon.Dispose); // wakes the read
        try
        {
            foreach (var what in daemon.Watch())
            {
                Write(what, json);
            }
        }
        catch (Exception exception) when (stop.IsCancellationRequested && exception is CommandException or ObjectDisposedException)
        {
            return ExitCode.Interrupted;
        }

        return ExitCode.Success;
    }

    private void Write(HostEvent what, bool json)
    {
        if (json)
        {
            context.Output.WriteLine(JsonSerializer.Serialize(what, EventJson.Default.HostEvent));
        }
        else if (what.Event == HostEvent.Snapshot)
        {
            foreach (var device in what.Devices!.Where(device => device.Exported).OrderBy(device => device.BusId, BusIdOrder.Instance))
            {
                context.Output.WriteLine($"{At(what)} now {Phrase(device)} {DeviceText.State(device)}");
            }
        }
        else
        {
            context.Output.WriteLine($"{At(what)} {Line(what)}");
        }

        context.Output.Flush();
    }

    private string Line(HostEvent what)
    {
        if (what.Event == HostEvent.Overflow)
        {
            return $"missed {what.Lost} events; this is how things stand now:";
        }

        var line = $"{what.Event} {(what.Device is { } device ? Phrase(device) : what.BusId)}";
        line += what.Client is { } client ? $" {(what.Event == "refused" ? "to" : "by")} {client}" : "";
        return PrintableText.Of(what.Reason is { } reason ? $"{line}: {reason}" : line);
    }

    private string Phrase(DeviceStatus device) => DeviceText.Phrase(DeviceText.WithNames(device, names));

    private static string At(HostEvent what) => what.Time.ToLocalTime().ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
