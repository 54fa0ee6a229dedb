using System.CommandLine;
using System.Globalization;
using UsbIp.Host.Control;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Commands;

/// <summary>status: the running daemon, what it exports and who holds it.</summary>
public sealed class StatusCommand(CommandContext context, UsbNames names)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var json = new Option<bool>("--json") { Description = "JSON, schema usbip-host/1" };
        var command = new Command("status", "Show the running daemon, what it exports, and who holds it") { json };
        command.SetAction(parsed => (int)new StatusCommand(contextOf(parsed), UsbNames.Load()).Run(parsed.GetValue(json)));
        return command;
    }

    /// <exception cref="CommandException">No daemon runs.</exception>
    public ExitCode Run(bool json)
    {
        using var daemon = context.ConnectToDaemon() ?? throw NoDaemon();
        var status = daemon.Status();
        var exported = status.Devices
            .Where(device => device.Exported || device.Holder is not null)
            .Select(device => DeviceText.WithNames(device, names))
            .OrderBy(device => device.BusId, BusIdOrder.Instance)
            .ToArray();
        if (json)
        {
            IndentedJson.Write(context.Output, status with { Devices = exported }, ControlJson.Default.HostStatus);
            return ExitCode.Success;
        }

        if (status.Daemon is { } running)
        {
            context.Output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"usbip-host {running.Version}, process {running.ProcessId}, since {running.Since.ToLocalTime():yyyy-MM-dd HH:mm}, listening on {string.Join(", ", running.Listening)}"));
        }

        if (status.Daemon?.Configuration is { Problem: { } problem } configuration)
        {
            context.Output.WriteLine($"DEGRADED: the configuration {configuration.Path} does not hold, and what held before goes on: {PrintableText.Of(problem)}");
        }

        if (exported.Length > 0)
        {
            DeviceTable.Write(context, exported);
        }
        else
        {
            context.Output.WriteLine("Nothing is exported.");
        }

        return ExitCode.Success;
    }

    internal static CommandException NoDaemon() => new(
        ExitCode.NotFound, "No daemon is running.", "usbip-host serve, or usbip-host export BUSID");
}
