using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace UsbIp.Host;

/// <summary>Makes the daemon's log: to stderr, written by a thread of its own, so that nobody waits for a terminal or the journal.</summary>
internal static class HostLoggers
{
    /// <summary>Lines that may wait to be written; more are dropped, and counted in the log, rather than kept or waited for.</summary>
    private const int QueueLength = 4096;

    public static ILoggerFactory Create(LogLevel level)
    {
        var isJournal = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("JOURNAL_STREAM"));
        return LoggerFactory.Create(logging =>
        {
            logging.SetMinimumLevel(level);
            logging.AddConsole(console =>
            {
                console.LogToStandardErrorThreshold = LogLevel.Trace;
                console.FormatterName = HostLogFormatter.FormatterName;
                console.MaxQueueLength = QueueLength;
                console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite;
            });
            logging.Services.AddSingleton<ConsoleFormatter>(new HostLogFormatter(isJournal));
        });
    }
}
