using System.CommandLine;
using UsbIp.Devices.Virtual.BuiltIn;

namespace UsbIp.Host.Commands;

/// <summary>type: has a virtual keyboard type a text.</summary>
public sealed class TypeCommand(CommandContext context)
{
    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var text = new Argument<string>("TEXT") { Description = "What to type, as on a US keyboard" };
        var device = new Option<string?>("--device") { Description = "Which keyboard, if there are several", HelpName = "DEVICE" };
        var json = DoneViews.JsonOption();
        var command = new Command("type", "Have a virtual keyboard (serve --virtual keyboard) type a text") { text, device, json };
        command.SetAction(parsed => (int)new TypeCommand(contextOf(parsed)).Run(parsed.GetRequiredValue(text), parsed.GetValue(device), parsed.GetValue(json)));
        return command;
    }

    /// <exception cref="CommandException">No daemon runs, it has no such keyboard, or that has no key for a character.</exception>
    public ExitCode Run(string text, string? busId, bool json)
    {
        if (text.Length > VirtualKeyboard.MaxWaitingCharacters)
        {
            throw new CommandException(
                ExitCode.Usage,
                $"TEXT has {text.Length} characters; a virtual keyboard takes {VirtualKeyboard.MaxWaitingCharacters} at once.",
                "several texts, one after the other");
        }

        using var daemon = context.ConnectToDaemon() ?? throw StatusCommand.NoDaemon();
        var typed = daemon.Type(text, busId);
        if (json)
        {
            IndentedJson.Write(context.Output, new TypedView(typed.BusId, text.Length), DoneJson.Default.TypedView);
        }
        else
        {
            context.Say($"typed {text.Length} characters on {typed.BusId}");
        }

        return ExitCode.Success;
    }
}
