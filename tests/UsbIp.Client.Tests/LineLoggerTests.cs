using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace UsbIp.Client.Tests;

/// <summary>What a bridge in the background leaves in the system's log.</summary>
public sealed class LineLoggerTests : IDisposable
{
    private const string Nowhere = "/nowhere/log";

    private readonly string _directory = Directory.CreateTempSubdirectory("usbip-client-").FullName;
    private readonly Socket _system = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };

    public LineLoggerTests() => _system.Bind(new UnixDomainSocketEndPoint(SocketPath));

    private string SocketPath => Path.Combine(_directory, "log");

    public void Dispose()
    {
        _system.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void The_journal_gets_one_message_per_event_with_its_priority_and_the_programs_name()
    {
        Write(LineLogger.ToSystem(LogLevel.Information, SocketPath, Nowhere), LogLevel.Warning, "attached a\nPRIORITY=0\u001b[2J");

        Received().Should().Be("MESSAGE=attached a PRIORITY=0?[2J\nPRIORITY=4\nSYSLOG_IDENTIFIER=usbip-client\n");
    }

    [Fact]
    public void Without_a_journal_syslog_gets_it()
    {
        Write(LineLogger.ToSystem(LogLevel.Information, Nowhere, SocketPath), LogLevel.Error, "the host closed the session");

        Received().Should().Be($"<27>usbip-client[{Environment.ProcessId}]: the host closed the session"); // daemon.err
    }

    [Fact]
    public void Without_either_nothing_is_logged_and_nothing_fails()
    {
        var log = LineLogger.ToSystem(LogLevel.Trace, Nowhere, Nowhere);

        log.IsEnabled(LogLevel.Critical).Should().BeFalse();
        Write(log, LogLevel.Critical, "nobody hears this");
    }

    [Fact]
    public void A_journal_that_is_restarted_costs_lines_and_no_session()
    {
        var log = LineLogger.ToSystem(LogLevel.Information, SocketPath, Nowhere);
        _system.Dispose();

        var write = () => Write(log, LogLevel.Information, "attached");

        write.Should().NotThrow();
    }

    private static void Write(LineLogger log, LogLevel level, string text) => log.Log(level, default, text, null, (state, _) => state);

    private string Received()
    {
        var bytes = new byte[4096];
        return Encoding.UTF8.GetString(bytes, 0, _system.Receive(bytes));
    }
}
