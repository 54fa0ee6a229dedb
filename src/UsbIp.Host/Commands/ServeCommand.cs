using System.CommandLine;
using UsbIp.Host.Control;

namespace UsbIp.Host.Commands;

/// <summary>serve: the daemon, in the foreground.</summary>
public sealed class ServeCommand(CommandContext context)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var arguments = new ServeArguments();
        var export = new Option<string[]>("--export") { Description = "A device to export at once, as often as wanted", HelpName = "DEVICE" };
        var command = new Command("serve", "Be the daemon that serves devices, in the foreground, until Ctrl+C or SIGTERM")
        {
            arguments.Listen,
            export,
            arguments.Virtual,
            arguments.Force,
            arguments.Sharing.IdleRelease,
            arguments.Sharing.AllowTakeOver,
            arguments.Backend,
        };
        command.SetAction(async (parsed, _) =>
        {
            var exports = parsed.GetValue(export) ?? [];
            return (int)await new ServeCommand(contextOf(parsed)).RunAsync(arguments.Of(parsed, exports));
        });
        return command;
    }

    /// <exception cref="CommandException">The daemon cannot start; nothing is left of it.</exception>
    /// <exception cref="UsbIp.Devices.UsbException">A device cannot be exported; nothing is left of the daemon.</exception>
    public async Task<ExitCode> RunAsync(ServeOptions options)
    {
        foreach (var device in options.Exports)
        {
            DeviceChoice.Parse(device);
        }

        using var daemon = new Daemon(context, options);
        await daemon.RunAsync(context.HeedSignals());
        return ExitCode.Success;
    }
}
