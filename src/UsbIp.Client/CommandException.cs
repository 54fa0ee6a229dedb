namespace UsbIp.Client;

/// <summary>A command cannot be carried out, for a reason that its user can understand and mostly do something about.</summary>
/// <param name="exitCode">The program's exit code.</param>
/// <param name="message">A full sentence naming the object, the field, the value and the limit.</param>
/// <param name="hint">What to try, for the line that begins with "Try:"; null where nothing can be tried.</param>
/// <param name="cause">What was caught, for <c>--debug</c>.</param>
public sealed class CommandException(ExitCode exitCode, string message, string? hint = null, Exception? cause = null)
    : Exception(message, cause)
{
    public ExitCode ExitCode { get; } = exitCode;

    public string? Hint { get; } = hint;
}
