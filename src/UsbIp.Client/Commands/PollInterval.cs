using System.Globalization;

namespace UsbIp.Client.Commands;

/// <summary>How often a host is asked that cannot push.</summary>
internal static class PollInterval
{
    private const double Least = 0.1;
    private const double Most = 3600;

    /// <exception cref="CommandException">It is no number of seconds, or one that makes no sense.</exception>
    public static TimeSpan Parse(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= Least and <= Most
            ? TimeSpan.FromSeconds(seconds)
            : throw new CommandException(ExitCode.Usage, $"--poll {text}: it takes seconds, from {Least.ToString(CultureInfo.InvariantCulture)} to {Most}.");
}
