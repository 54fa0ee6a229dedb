using UsbIp.Devices;

namespace UsbIp.Host;

/// <summary>A command cannot be carried out, and the user can know why: printed as one line, with a second one that says what to try.</summary>
public sealed class CommandException : Exception
{
    public CommandException(ExitCode exitCode, string message, string? hint = null, Exception? cause = null)
        : base(message, cause)
    {
        ExitCode = exitCode;
        Hint = hint;
    }

    public ExitCode ExitCode { get; }

    /// <summary>What to try, without the "Try: "; null where there is nothing.</summary>
    public string? Hint { get; }

    /// <summary>What a device's failure means to the one who typed the command.</summary>
    public static CommandException From(UsbException failure) =>
        new(ExitCodeOf(failure.Failure), failure.Message, failure.Hint, failure);

    private static ExitCode ExitCodeOf(UsbFailure failure) => failure switch
    {
        UsbFailure.NotFound => ExitCode.NotFound,
        UsbFailure.Busy => ExitCode.Busy,
        UsbFailure.AccessDenied => ExitCode.Permission,
        UsbFailure.BackendMissing => ExitCode.Missing,
        _ => ExitCode.Failure,
    };
}
