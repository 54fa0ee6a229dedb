using System.CommandLine;
using UsbIp.Protocol;

namespace UsbIp.Host.Commands;

/// <summary>unexport: takes devices back from the network.</summary>
public sealed class UnexportCommand(CommandContext context)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var devices = new DeviceArguments();
        var force = new Option<bool>("--force", "-f") { Description = "Also where a client holds the device: it loses it, as if it was unplugged" };
        var json = DoneViews.JsonOption();
        var command = new Command("unexport", "Stop exporting devices ('unbind' is the same)") { devices.Argument, devices.StockOption, force, json };
        command.Aliases.Add("unbind");
        command.SetAction(parsed => (int)new UnexportCommand(contextOf(parsed)).Run(devices.Required(parsed), parsed.GetValue(force), parsed.GetValue(json)));
        return command;
    }

    /// <exception cref="CommandException">No daemon runs, there is no such device, or a client holds it and <paramref name="force"/> is not set.</exception>
    public ExitCode Run(IReadOnlyList<string> devices, bool force, bool json)
    {
        using var daemon = context.ConnectToDaemon() ?? throw StatusCommand.NoDaemon();
        var access = context.AccessToTakeBack;
        return DoneViews.ForEach(devices, Unexport, Say, json ? DoneViews.Printing(context) : null);

        DeviceChange Unexport(string selector)
        {
            var reply = daemon.Unexport(selector, force);
            access?.TakeBack(selector, reply.Device?.BusId, () => RuleAccess.ListTraits(context));
            return new DeviceChange(selector, reply.Changed, reply.Device, reply.Rule);
        }
    }

    private void Say(DeviceChange done)
    {
        if (!done.Changed)
        {
            context.Remark($"{done.Selector} was not exported.");
            return;
        }

        context.Say($"no longer exported {done.Selector}");
        if (done.Rule is { } rule)
        {
            context.Remark($"it is exported again when it is plugged in anew, for {PrintableText.Of(rule)}. For good: usbip-host rule remove");
        }
    }
}
