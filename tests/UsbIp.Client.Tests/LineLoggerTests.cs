using Microsoft.Extensions.Logging;

namespace UsbIp.Client.Tests;

public sealed class LineLoggerTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void One_event_is_one_line_of_the_file()
    {
        Warn(LineLogger.ToFile(_file, LogLevel.Information), "The host said\n'busy'.");

        File.ReadAllLines(_file).Should().ContainSingle().Which.Should().EndWith(" Warning: The host said 'busy'.");
    }

    [Fact]
    public void A_full_disk_loses_lines_and_nothing_else()
    {
        var logger = LineLogger.ToFile("/dev/full", LogLevel.Information);

        var log = () => Warn(logger, "There is no room for this.");

        log.Should().NotThrow();
    }

    private static void Warn(LineLogger logger, string text) => logger.Log(LogLevel.Warning, default, text, null, (state, _) => state);
}
