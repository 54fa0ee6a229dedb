using System.CommandLine;

namespace UsbIp.Host.Commands;

/// <summary>type: has a virtual keyboard type a text.</summary>
public sealed class TypeCommand(CommandContext context)
{
    /// <summary>Characters per request: well within one control record, however they are escaped.</summary>
    private const int ChunkLength = 4096;

    public static Command Define(Func<ParseResult, CommandContext> contextOf)
    {
        var text = new Argument<string>("TEXT") { Description = "What to type, as on a US keyboard" };
        var device = new Option<string?>("--device") { Description = "Which keyboard, if there are several", HelpName = "BUSID" };
        var command = new Command("type", "Have a virtual keyboard (serve --virtual keyboard) type a text") { text, device };
        command.SetAction(parsed => (int)new TypeCommand(contextOf(parsed)).Run(parsed.GetRequiredValue(text), parsed.GetValue(device)));
        return command;
    }

    /// <exception cref="CommandException">No daemon runs, it has no such keyboard, or that has no key for a character.</exception>
    public ExitCode Run(string text, string? busId)
    {
        using var daemon = context.ConnectToDaemon() ?? throw StatusCommand.NoDaemon();
        foreach (var chunk in text.Chunk(ChunkLength))
        {
            busId = daemon.Type(new string(chunk), busId).BusId;
        }

        context.Say($"typed {text.Length} characters on {busId ?? "no keyboard"}");
        return ExitCode.Success;
    }
}
