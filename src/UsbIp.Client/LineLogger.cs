using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using UsbIp.Protocol;

namespace UsbIp.Client;

/// <summary>
/// The client's log: one line per event, to a file, to the journal, to syslog or to the standard error. Nothing more is needed for a few
/// lines per attachment, and a logging framework would double the time in which the program starts. What cannot be written is lost: a full
/// disk must not end an attachment.
/// </summary>
public sealed class LineLogger(LogLevel least, Action<LogLevel, string> write) : ILogger
{
    private const string Program = "usbip-client";
    private const string JournalSocket = "/run/systemd/journal/socket";
    private const string SyslogSocket = "/dev/log";
    private const int SyslogDaemonFacility = 3 << 3;

    /// <summary>Appends to a file; every line is written at once.</summary>
    /// <exception cref="CommandException">The file cannot be opened for writing.</exception>
    [SuppressMessage("Reliability", "CA2000", Justification = "The log lives as long as the process.")]
    public static LineLogger ToFile(string path, LogLevel least)
    {
        try
        {
            var gate = new Lock();
            var file = new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) { AutoFlush = true };
            return new LineLogger(least, (level, text) =>
            {
                lock (gate)
                {
                    file.WriteLine(string.Create(
                        CultureInfo.InvariantCulture, $"{DateTimeOffset.Now:yyyy-MM-ddTHH:mm:ss.fffzzz} {Program}[{Environment.ProcessId}] {level}: {text}"));
                }
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"The log file {path} cannot be written: {error.Message}", cause: error);
        }
    }

    /// <summary>The system's log: the journal, else syslog, else none.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "The log lives as long as the process.")]
    public static LineLogger ToSystem(LogLevel least, string journalSocket = JournalSocket, string syslogSocket = SyslogSocket)
    {
        if (Connect(journalSocket) is { } journal)
        {
            return new LineLogger(least, (level, text) =>
                Send(journal, $"MESSAGE={text}\nPRIORITY={Severity(level)}\nSYSLOG_IDENTIFIER={Program}\n"));
        }

        return Connect(syslogSocket) is { } syslog
            ? new LineLogger(least, (level, text) =>
                Send(syslog, $"<{SyslogDaemonFacility | Severity(level)}>{Program}[{Environment.ProcessId}]: {text}"))
            : new LineLogger(LogLevel.None, (_, _) => { });
    }

    /// <summary>The standard error; under systemd with the level in front, as its journal reads it.</summary>
    public static LineLogger ToStandardError(TextWriter error, LogLevel least)
    {
        var underSystemd = Environment.GetEnvironmentVariable("JOURNAL_STREAM") is not null;
        return new LineLogger(least, (level, text) => error.WriteLine(underSystemd ? $"<{Severity(level)}>{text}" : $"{Program}: {text}"));
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        try
        {
            write(logLevel, PrintableText.Of(formatter(state, exception).ReplaceLineEndings(" "))); // one event is one line
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // The disk or the system's log is full, or the reader of the standard error is gone; there is no second log to say so.
        }
    }

    private static int Severity(LogLevel level) => level switch
    {
        LogLevel.Critical => 2,
        LogLevel.Error => 3,
        LogLevel.Warning => 4,
        LogLevel.Information => 6,
        _ => 7,
    };

    private static Socket? Connect(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            socket.Blocking = false; // a log that is stuck loses lines; it must not hold up a device
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return null;
        }
    }

    private static void Send(Socket log, string text) => log.Send(Encoding.UTF8.GetBytes(text));
}
