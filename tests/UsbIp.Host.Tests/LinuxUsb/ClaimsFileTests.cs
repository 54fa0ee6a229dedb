using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Host.LinuxUsb;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.LinuxUsb;

public sealed class ClaimsFileTests : IDisposable
{
    private readonly FakeSysfs _sysfs = new();

    private string Claims => _sysfs.Options.ClaimsDirectory!;

    public void Dispose() => _sysfs.Dispose();

    [Fact]
    public void What_was_claimed_and_not_given_back_is_what_is_left()
    {
        var left = ClaimsFile.Parse("+ 1-2 5 0\n+ 1-2 5 1\n+ 3-1.4 9 2\n- 1-2 5 0\n");

        left.Should().BeEquivalentTo([Claim("1-2", 5, 1), Claim("3-1.4", 9, 2)]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("+ 1-2 5")]
    [InlineData("+ 1-2 5 999")]
    [InlineData("+ ../x 5 0")]
    [InlineData("nothing of ours\n\0\0")]
    public void A_line_that_a_kill_or_a_stranger_left_torn_is_left_out(string content) =>
        ClaimsFile.Parse(content).Should().BeEmpty();

    [Fact]
    public void A_host_that_gave_everything_back_leaves_no_file()
    {
        using (var notes = new ClaimsFile(Claims, NullLogger.Instance))
        {
            notes.Add(Claim("1-2", 5, 0));
            notes.Remove(Claim("1-2", 5, 0));
        }

        Directory.EnumerateFiles(Claims).Should().BeEmpty();
    }

    [Fact]
    public void The_claims_of_a_host_that_lives_are_left_alone()
    {
        using var notes = new ClaimsFile(Claims, NullLogger.Instance);
        notes.Add(Claim("1-2", 5, 0));

        new ClaimRecovery(_sysfs.Options, NullLoggerFactory.Instance).Run().Should().Be(0);

        Directory.EnumerateFiles(Claims).Should().ContainSingle();
    }

    [Fact]
    public void The_claims_of_a_killed_host_are_looked_at_once()
    {
        Directory.CreateDirectory(Claims);
        File.WriteAllText(Path.Combine(Claims, "claims-1-dead"), "+ 1-2 5 0\n");
        _sysfs.Plug("1-2", deviceNumber: 6); // plugged in anew since: the kernel has bound it

        new ClaimRecovery(_sysfs.Options, NullLoggerFactory.Instance).Run().Should().Be(0);

        Directory.EnumerateFiles(Claims).Should().BeEmpty();
    }

    [Fact]
    public void A_note_that_finds_the_disk_full_is_a_line_in_the_log_and_no_error()
    {
        using var log = new LogLines();
        var link = Path.Combine(Directory.CreateDirectory(Claims).FullName, "claims-1-full");
        File.CreateSymbolicLink(link, "/dev/full");
        using var notes = new ClaimsFile(new FileStream(link, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0), log.CreateLogger(""));

        notes.Add(Claim("1-2", 5, 0));
        notes.Add(Claim("1-2", 5, 1));
        notes.Remove(Claim("1-2", 5, 0));

        log.Lines.Should().HaveCount(3).And.OnlyContain(line => line.Contains("Claims are not noted", StringComparison.Ordinal));
    }

    private static ClaimedInterface Claim(string busId, uint deviceNumber, byte number) => new(BusId.Parse(busId), deviceNumber, number);
}
