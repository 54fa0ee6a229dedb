using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using UsbIp.Client.Commands.Inspect;

namespace UsbIp.Client.Commands;

/// <summary>The whole grammar of usbip-client, and how its errors and its help are printed.</summary>
internal sealed class CommandLine
{
    public const string Examples = """

        Examples:
          usbip-client list raspberry                   what the machine 'raspberry' exports
          sudo usbip-client attach raspberry 1-2        use its device 1-2 here
          usbip-client port                             what is attached here
          sudo usbip-client detach 0                    unplug it again
          usbip-client inspect raspberry 1-2            its descriptors, without attaching it
          usbip-client doctor raspberry                 what is wrong, here and there
          sudo usbip-client attach -r raspberry -b 1-2  the stock tools' options work too

        Exit codes:
            0  done                              9  no answer in time
            1  any other error                  10  no free port
            2  wrong command line               11  the host broke the protocol
            3  no permission                    12  attached already
            4  kernel module vhci_hcd missing   13  doctor found something wrong
            5  no such device or attachment     14  the host's name does not resolve
            6  another client has the device    15  the host refuses, without a better reason
            7  the host speaks another version  16  the host says that the device is in an error state
            8  the host refuses the connection, cannot be reached, or was lost
                                               130  interrupted

        This is the side that uses devices; 'usbip-host' on the other machine exports them.
        """;

    private readonly RootCommand _root;
    private readonly Func<bool, Output> _openOutput;

    public CommandLine(Func<bool, Output> openOutput, ClientSettings settings)
    {
        _openOutput = openOutput;
        var global = new GlobalOptions(openOutput, settings);
        _root = new RootCommand("Use the USB devices of another machine as if they were plugged in here (USB/IP).")
        {
            ListCommand.Define(global),
            AttachCommand.Define(global),
            BridgeCommand.Define(global),
            BrokerCommand.Define(global),
            DetachCommand.Define(global),
            PortCommand.Define(global),
            WatchCommand.Define(global),
            InspectCommand.Define(global),
            DoctorCommand.Define(global),
            ServiceCommand.Define(global),
            global.Debug,
            global.Quiet,
            global.TcpPort,
        };
        ClientCompletion.AddTo(_root, settings);
        foreach (var help in _root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpWithExamples(_root, (HelpAction)help.Action!);
        }
    }

    /// <summary>The grammar, for the manual.</summary>
    public RootCommand Root => _root;

    public int Run(string[] args)
    {
        var output = _openOutput(false);
        var parsed = _root.Parse(WaitOption.Spell(args));
        if (Describe(parsed) is { } mistake)
        {
            var command = string.Join(' ', Names(parsed));
            output.Error(new CommandException(ExitCode.Usage, mistake, $"'{command} --help' for what it takes."), debug: false);
            return (int)ExitCode.Usage;
        }

        return parsed.Invoke(new InvocationConfiguration
        {
            Output = output.Result,
            Error = output.Remarks,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // the commands that have something to undo listen to signals themselves
        });
    }

    /// <summary>What is wrong with a command line; null if nothing is.</summary>
    private static string? Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var option = parsed.Tokens.FirstOrDefault(token => token.Type == TokenType.Argument && token.Value is ['-', _, ..])?.Value;
        if (option is not null && command is not RootCommand)
        {
            return $"'{option}' is not an option of '{command.Name}'."; // the parser would take it for a host's name
        }

        return parsed.Action is not ParseErrorAction ? null : parsed.UnmatchedTokens switch
        {
            [var word, ..] when command is RootCommand => $"'{word}' is not a command of usbip-client.",
            [var word, ..] => $"'{word}' is one word too many for '{command.Name}'.",
            _ when command is RootCommand => "No command was given.",
            _ => parsed.Errors[0].Message,
        };
    }

    private static IEnumerable<string> Names(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        return command is RootCommand
            ? ["usbip-client"]
            : ["usbip-client", .. command.Parents.OfType<Command>().Where(parent => parent is not RootCommand).Select(parent => parent.Name), command.Name];
    }

    /// <summary>The generated help; behind that of the program itself, examples and exit codes.</summary>
    private sealed class HelpWithExamples(RootCommand root, HelpAction inner) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var exitCode = inner.Invoke(parseResult);
            if (parseResult.CommandResult.Command == root)
            {
                parseResult.InvocationConfiguration.Output.WriteLine(Examples);
            }

            return exitCode;
        }
    }
}
