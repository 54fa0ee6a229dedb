using Microsoft.Extensions.Logging;

namespace UsbIp.Host.Configuration;

/// <summary>What the configuration tells the operator. Event ids 7xx.</summary>
internal static partial class ConfigurationLog
{
    [LoggerMessage(700, LogLevel.Information, "configuration {Path}: aliases {Aliases}, rules {Rules}")]
    public static partial void ConfigurationRead(this ILogger logger, string path, int aliases, int rules);

    [LoggerMessage(
        701, LogLevel.Error, "CONFIGURATION {Path} does not hold: {Problem} What held before goes on: aliases {Aliases}, rules {Rules}.")]
    public static partial void ConfigurationBroken(this ILogger logger, string path, string problem, int aliases, int rules);
}
