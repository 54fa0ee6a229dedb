using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;
using UsbIp.Devices;
using UsbIp.Protocol;

namespace UsbIp.Host.Commands;

/// <summary>The whole command line: its grammar, and how errors and exit codes come out of it.</summary>
public sealed class HostCommandLine
{
    private static readonly string[] ClientVerbs = ["attach", "detach", "port", "inspect"];

    private readonly Option<string?> _control = new("--control")
    {
        Description = "The daemon's control socket, if it is not at the usual place",
        HelpName = "PATH",
        Recursive = true,
    };

    private readonly Option<string?> _configuration = new("--config")
    {
        Description = "The configuration with aliases and rules, if it is not at the usual place (/etc/usbip-host/config.yaml for root)",
        HelpName = "PATH",
        Recursive = true,
    };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Say nothing beyond results and errors", Recursive = true };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Log more", Recursive = true };
    private readonly Option<bool> _debug = new("--debug", "-d") { Description = "Log everything, errors with their stack traces", Recursive = true };
    private readonly RootCommand _root;

    /// <param name="context">What commands work with, before the options of the command line.</param>
    /// <param name="createLoggers">Makes the daemon's log, from that level on.</param>
    public HostCommandLine(CommandContext context, Func<LogLevel, ILoggerFactory> createLoggers)
    {
        CommandContext ContextOf(ParseResult parsed) => context with
        {
            ControlPath = parsed.GetValue(_control),
            ConfigurationPath = parsed.GetValue(_configuration),
            Quiet = parsed.GetValue(_quiet),
            CreateLoggers = () => createLoggers(LevelOf(parsed)),
        };

        Context = context;
        _root = new RootCommand(HostHelp.Description)
        {
            ListCommand.Define(ContextOf),
            ServeCommand.Define(ContextOf),
            ExportCommand.Define(ContextOf),
            UnexportCommand.Define(ContextOf),
            StatusCommand.Define(ContextOf),
            AliasCommand.Define(ContextOf),
            RuleCommand.Define(ContextOf),
            ReloadCommand.Define(ContextOf),
            WatchCommand.Define(ContextOf),
            KickCommand.Define(ContextOf),
            TypeCommand.Define(ContextOf),
            RecoverCommand.Define(ContextOf),
            AccessCommand.Define(ContextOf),
            DoctorCommand.Define(ContextOf),
            StateCommand.Define(ContextOf),
            _control,
            _configuration,
            _quiet,
            _verbose,
            _debug,
        };
        HostHelp.AddTo(_root);
        HostCompletion.AddTo(_root, ContextOf);
    }

    /// <summary>The grammar, for the manual.</summary>
    internal RootCommand Root => _root;

    private CommandContext Context { get; }

    /// <summary>Carries out a command line; never throws for what users or devices do. The result is the process's exit code.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var parsed = _root.Parse(arguments);
        try
        {
            if (parsed.Action is ParseErrorAction)
            {
                throw UsageError(parsed);
            }

            var surroundings = new InvocationConfiguration
            {
                Output = Context.Output,
                Error = Context.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // signals are the daemon's
            };
            return await parsed.InvokeAsync(surroundings);
        }
        catch (UsbException exception)
        {
            return Report(CommandException.From(exception), parsed);
        }
        catch (CommandException exception)
        {
            return Report(exception, parsed);
        }
    }

    private static CommandException UsageError(ParseResult parsed)
    {
        var verb = parsed.Tokens.Count > 0 ? parsed.Tokens[0].Value : "";
        if (ClientVerbs.Contains(verb))
        {
            return new CommandException(
                ExitCode.Usage,
                $"'{verb}' is a command of usbip-client: usbip-host is for the machine with the device.",
                $"usbip-client {verb} --help, on the machine that wants the device");
        }

        if (parsed.CommandResult.Command is RootCommand && verb.Length > 0 && !verb.StartsWith('-'))
        {
            return new CommandException(ExitCode.Usage, $"'{verb}' is no command of usbip-host.", "usbip-host --help, which shows those that there are");
        }

        var words = new Stack<string>();
        for (var result = parsed.CommandResult; result is { Command: not RootCommand }; result = result.Parent as CommandResult)
        {
            words.Push($"{result.Command.Name} ");
        }

        var command = string.Concat(words);
        return new CommandException(
            ExitCode.Usage, string.Join(" ", parsed.Errors.Select(error => error.Message)), $"usbip-host {command}--help");
    }

    private int Report(CommandException failure, ParseResult parsed)
    {
        Context.Error.WriteLine($"usbip-host: {PrintableText.Of(failure.Message)}");
        if (failure.Hint is { } hint)
        {
            Context.Error.WriteLine($"Try: {PrintableText.Of(hint)}");
        }

        if (parsed.GetValue(_debug))
        {
            Context.Error.WriteLine(failure);
        }

        return (int)failure.ExitCode;
    }

    private LogLevel LevelOf(ParseResult parsed) => parsed switch
    {
        _ when parsed.GetValue(_debug) => LogLevel.Trace,
        _ when parsed.GetValue(_verbose) => LogLevel.Debug,
        _ when parsed.GetValue(_quiet) => LogLevel.Warning,
        _ => LogLevel.Information,
    };
}
