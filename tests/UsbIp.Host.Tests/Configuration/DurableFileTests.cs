using System.Diagnostics;
using UsbIp.Shared;

namespace UsbIp.Host.Tests.Configuration;

/// <summary>A small file that is written whole or not at all, also by root in a directory that is the service's.</summary>
public sealed class DurableFileTests : IDisposable
{
    private static readonly (uint, uint) Service = (65534, 65534);

    private readonly string _directory = Directory.CreateTempSubdirectory("durable-").FullName;

    private string FilePath => Path.Combine(_directory, "config.yaml");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_link_is_followed_where_the_directory_is_the_users_own()
    {
        var elsewhere = Path.Combine(_directory, "dotfiles.yaml");
        File.WriteAllText(elsewhere, "old");
        File.CreateSymbolicLink(FilePath, elsewhere);

        DurableFile.Write(FilePath, "new"u8);

        File.ReadAllText(elsewhere).Should().Be("new");
        new FileInfo(FilePath).LinkTarget.Should().Be(elsewhere);
    }

    [Fact]
    public void What_root_writes_for_the_service_stays_the_services()
    {
        if (!GiveToService(_directory))
        {
            return; // only root can write for somebody else
        }

        DurableFile.Write(FilePath, "first"u8);
        var first = FileOwner.Of(FilePath);
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        DurableFile.Write(FilePath, "second"u8);

        first.Should().Be(Service);
        FileOwner.Of(FilePath).Should().Be(Service);
        File.GetUnixFileMode(FilePath).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void Root_follows_no_link_that_the_service_may_have_made()
    {
        var target = Path.Combine(_directory, "target");
        File.WriteAllText(target, "root's");
        File.CreateSymbolicLink(FilePath, target);
        if (!GiveToService(_directory))
        {
            return;
        }

        var write = () => DurableFile.Write(FilePath, "the service's"u8);

        write.Should().Throw<IOException>().WithMessage($"{FilePath} is a link to {target} in a directory that is not root's*");
        File.ReadAllText(target).Should().Be("root's");
    }

    private static bool GiveToService(string path)
    {
        if (Environment.IsPrivilegedProcess)
        {
            using var chown = Process.Start("chown", ["65534:65534", path]);
            chown.WaitForExit();
        }

        return Environment.IsPrivilegedProcess;
    }
}
