using System.CommandLine;

namespace UsbIp.Host.Commands;

/// <summary>kick: takes a device back from the client that holds it; it stays exported.</summary>
public sealed class KickCommand(CommandContext context)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var devices = new DeviceArguments();
        var reason = new Option<string?>("--reason") { Description = "Why; the client's log has it too, where the client is usbip-client", HelpName = "TEXT" };
        var command = new Command("kick", "End the session of the client that holds a device; the device stays exported")
        {
            devices.Argument,
            devices.StockOption,
            reason,
        };
        command.SetAction(parsed => (int)new KickCommand(contextOf(parsed)).Run(devices.Required(parsed), parsed.GetValue(reason)));
        return command;
    }

    /// <exception cref="CommandException">No daemon runs, there is no such device, or nobody holds it.</exception>
    public ExitCode Run(IReadOnlyList<string> devices, string? reason)
    {
        using var daemon = context.ConnectToDaemon() ?? throw StatusCommand.NoDaemon();
        foreach (var device in devices)
        {
            var kicked = daemon.Kick(device, reason);
            context.Say($"taken from {kicked.Client}: {kicked.BusId}");
        }

        return ExitCode.Success;
    }
}
