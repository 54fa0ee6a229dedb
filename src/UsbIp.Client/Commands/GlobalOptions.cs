using System.CommandLine;

namespace UsbIp.Client.Commands;

/// <summary>The options that every command takes, before or behind its name, and the one place where its errors become text and number.</summary>
internal sealed class GlobalOptions(Func<bool, Output> openOutput, ClientSettings settings)
{
    public Option<bool> Debug { get; } = new("--debug") { Description = "Show stack traces of errors", Recursive = true };

    public Option<bool> Quiet { get; } = new("--quiet", "-q") { Description = "Say nothing beyond results and errors", Recursive = true };

    public Option<string?> TcpPort { get; } = new("--tcp-port", "-t")
    {
        Description = "The host's TCP port, where HOST names none (default 3240)",
        HelpName = "PORT",
        Recursive = true,
    };

    /// <summary>Runs a command's deed.</summary>
    public int Run(ParseResult parsed, Func<ClientSettings, Output, ExitCode> deed)
    {
        var output = openOutput(parsed.GetValue(Quiet));
        var debug = parsed.GetValue(Debug);
        try
        {
            return (int)deed(settings, output);
        }
        catch (CommandException error)
        {
            output.Error(error, debug);
            return (int)error.ExitCode;
        }
        catch (OperationCanceledException)
        {
            output.Remark("Interrupted.");
            return (int)ExitCode.Interrupted;
        }
        catch (Exception error) when (!debug)
        {
            // The last resort: a fault of ours. A user gets a sentence; --debug lets the exception through.
            output.Error(
                new CommandException(ExitCode.Failure, $"An unexpected error: {error.Message}", "run the command again with --debug and report what it says.", error),
                debug: false);
            return (int)ExitCode.Failure;
        }
    }
}
