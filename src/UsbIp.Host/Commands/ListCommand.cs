using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Host.Control;
using UsbIp.Host.Rules;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Commands;

/// <summary>list: this machine's devices, and which of them are exported. Asks the daemon if one runs and lets this user ask, else looks itself.</summary>
public sealed class ListCommand(CommandContext context, UsbNames names)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var json = new Option<bool>("--json") { Description = "JSON, schema usbip-host/1" };
        var all = new Option<bool>("--all", "-a") { Description = "Hubs too, which cannot be exported" };
        var local = new Option<bool>("--local", "-l") { Hidden = true }; // what the stock tool wants to hear; it is the only kind here
        var command = new Command("list", "Show this machine's USB devices, which are exported, and who holds them") { json, all, local };
        command.SetAction(parsed => (int)new ListCommand(contextOf(parsed), UsbNames.Load()).Run(parsed.GetValue(json), parsed.GetValue(all)));
        return command;
    }

    /// <exception cref="CommandException">The daemon does not answer as it should.</exception>
    /// <exception cref="UsbIp.Devices.UsbException">No daemon runs, and devices cannot be reached from here.</exception>
    public ExitCode Run(bool json, bool all)
    {
        var status = Look(out var isRefused);
        var devices = status.Devices
            .Where(device => all || !device.Hub)
            .Select(device => DeviceText.WithNames(device, names))
            .OrderBy(device => device.BusId, BusIdOrder.Instance)
            .ToArray();
        if (json)
        {
            IndentedJson.Write(context.Output, status with { Devices = devices }, ControlJson.Default.HostStatus);
            return ExitCode.Success;
        }

        if (devices.Length > 0)
        {
            DeviceTable.Write(context, devices);
        }
        else
        {
            context.Output.WriteLine(all ? "No USB devices." : "No USB devices other than hubs.");
        }

        if (status.Daemon is null && !isRefused)
        {
            context.Remark("no daemon is running, so nothing is exported. Start one: usbip-host serve, or usbip-host export BUSID");
        }

        return ExitCode.Success;
    }

    /// <summary>What the daemon says; where none runs, or not for this user, what can be seen without it.</summary>
    internal HostStatus Look(out bool isRefused)
    {
        isRefused = false;
        try
        {
            using var daemon = context.ConnectToDaemon();
            if (daemon is not null)
            {
                return daemon.Status();
            }
        }
        catch (CommandException refusal) when (refusal.ExitCode == ExitCode.Permission)
        {
            isRefused = true;
            context.Remark($"what is exported, and to whom, is not shown: {refusal.Message} Try: {refusal.Hint}");
        }

        using var backend = context.OpenBackend(BackendKind.LibUsb, NullLoggerFactory.Instance);
        var rules = isRefused ? HostRules.None : RulesAlone(); // that daemon's are not to be had
        return new HostStatus
        {
            Devices = [.. backend.ListDevices().Select(info => DeviceStatus.From(info) with { Aliases = rules.TraitsOf(info).Aliases })],
        };
    }

    private HostRules RulesAlone()
    {
        var configuration = RuleAccess.LoadAlone(context);
        if (configuration.Problem is { } problem)
        {
            context.Remark($"the configuration {configuration.Path} does not hold, so its names are not shown: {problem}");
        }

        return configuration.Rules;
    }
}
