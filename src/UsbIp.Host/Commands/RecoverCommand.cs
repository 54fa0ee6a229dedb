using System.CommandLine;

namespace UsbIp.Host.Commands;

/// <summary>recover: what a daemon that was killed left without a driver. Each daemon does it at its start; a service's stop step does it at once.</summary>
public sealed class RecoverCommand(CommandContext context)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var json = DoneViews.JsonOption();
        var command = new Command("recover", "Give the devices of a daemon that was killed back to their drivers; a daemon's start does it too") { json };
        command.SetAction(parsed => (int)new RecoverCommand(contextOf(parsed)).Run(parsed.GetValue(json)));
        return command;
    }

    public ExitCode Run(bool json)
    {
        using var loggers = context.CreateLoggers();
        var recovered = context.RecoverDevices(loggers);
        if (json)
        {
            IndentedJson.Write(context.Output, new RecoveredView(recovered), DoneJson.Default.RecoveredView);
            return ExitCode.Success;
        }

        context.Say(recovered switch
        {
            0 => "Nothing was left without its driver.",
            1 => "gave 1 interface back to its driver",
            _ => $"gave {recovered} interfaces back to their drivers",
        });
        return ExitCode.Success;
    }
}
