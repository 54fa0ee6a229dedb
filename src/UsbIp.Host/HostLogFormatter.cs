using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using UsbIp.Protocol;

namespace UsbIp.Host;

/// <summary>One event, one line: with the time for people, with the journal's priority (sd-daemon(3)) under systemd, which notes the time.</summary>
internal sealed class HostLogFormatter(bool isJournal) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "usbip";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (isJournal)
        {
            textWriter.Write($"<{Priority(logEntry.LogLevel)}>");
        }
        else
        {
            textWriter.Write(DateTime.Now.ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture));
            textWriter.Write(Word(logEntry.LogLevel));
        }

        textWriter.Write(PrintableText.Of(text));
        textWriter.WriteLine(logEntry.Exception is { } exception ? PrintableText.Of($" {exception}".ReplaceLineEndings(" ")) : "");
    }

    private static int Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => "error: ",
        LogLevel.Warning => "warning: ",
        LogLevel.Information => "",
        LogLevel.Debug => "debug: ",
        _ => "trace: ",
    };
}
