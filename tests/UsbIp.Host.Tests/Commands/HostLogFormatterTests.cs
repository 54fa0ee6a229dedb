using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace UsbIp.Host.Tests.Commands;

public sealed class HostLogFormatterTests
{
    [Fact]
    public void Under_systemd_a_line_begins_with_its_priority()
    {
        Written(isJournal: true, LogLevel.Warning, "the text").Should().Be("<4>the text\n");
    }

    [Fact]
    public void On_a_terminal_a_line_begins_with_the_time_and_warnings_say_so()
    {
        Written(isJournal: false, LogLevel.Warning, "the text").Should().MatchRegex("^[0-9:.]{12} warning: the text\n$");
        Written(isJournal: false, LogLevel.Information, "the text").Should().MatchRegex("^[0-9:.]{12} the text\n$");
    }

    [Fact]
    public void What_others_put_into_a_text_cannot_begin_a_line_or_command_the_terminal()
    {
        Written(isJournal: true, LogLevel.Information, "a\n<0>b\u001b[2Jc\u009bd").Should().Be("<6>a?<0>b?[2Jc?d\n");
    }

    private static string Written(bool isJournal, LogLevel level, string text)
    {
        using var output = new StringWriter();
        var entry = new LogEntry<string>(level, "category", default, text, null, (state, _) => state);
        new HostLogFormatter(isJournal).Write(entry, null, output);
        return output.ToString();
    }
}
