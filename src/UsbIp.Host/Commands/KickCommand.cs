using System.CommandLine;

namespace UsbIp.Host.Commands;

/// <summary>kick: takes a device back from the client that holds it; it stays exported.</summary>
public sealed class KickCommand(CommandContext context)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var devices = new DeviceArguments();
        var reason = new Option<string?>("--reason") { Description = "Why; the client's log has it too, where the client is usbip-client", HelpName = "TEXT" };
        var json = DoneViews.JsonOption();
        var command = new Command("kick", "End the session of the client that holds a device; the device stays exported")
        {
            devices.Argument,
            devices.StockOption,
            reason,
            json,
        };
        command.SetAction(parsed => (int)new KickCommand(contextOf(parsed)).Run(devices.Required(parsed), parsed.GetValue(reason), parsed.GetValue(json)));
        return command;
    }

    /// <exception cref="CommandException">No daemon runs, there is no such device, or nobody holds it.</exception>
    public ExitCode Run(IReadOnlyList<string> devices, string? reason, bool json)
    {
        using var daemon = context.ConnectToDaemon() ?? throw StatusCommand.NoDaemon();
        return DoneViews.ForEach(
            devices,
            Kick,
            done => context.Say($"taken from {done.Client}: {done.BusId}"),
            json ? done => IndentedJson.Write(context.Output, new KickedView(done), DoneJson.Default.KickedView) : null);

        KickedDevice Kick(string device)
        {
            var kicked = daemon.Kick(device, reason);
            return new KickedDevice(kicked.BusId, kicked.Client);
        }
    }
}
