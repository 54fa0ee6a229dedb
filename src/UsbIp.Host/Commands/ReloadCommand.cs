using System.CommandLine;
using UsbIp.Host.Control;

namespace UsbIp.Host.Commands;

/// <summary>reload: has the running daemon read its configuration anew, as SIGHUP does, and says what is wrong with it.</summary>
public sealed class ReloadCommand(CommandContext context)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var json = DoneViews.JsonOption();
        var command = new Command("reload", "Have the daemon read its configuration anew; a broken one changes nothing") { json };
        command.SetAction(parsed => (int)new ReloadCommand(contextOf(parsed)).Run(parsed.GetValue(json)));
        return command;
    }

    /// <exception cref="CommandException">No daemon runs, or the configuration does not hold.</exception>
    public ExitCode Run(bool json)
    {
        using var daemon = context.ConnectToDaemon() ?? throw StatusCommand.NoDaemon();
        var configuration = new RuleClient(daemon).Reload();
        if (configuration.Problem is { } problem)
        {
            throw new CommandException(
                ExitCode.Failure,
                $"The configuration {configuration.Path} does not hold, and what held before goes on: {problem}",
                "mend it, then usbip-host reload again");
        }

        return RuleAccess.Done(context, configuration, $"{configuration.Path}: aliases {configuration.Aliases.Count}, rules {configuration.Rules.Count}", json);
    }
}
