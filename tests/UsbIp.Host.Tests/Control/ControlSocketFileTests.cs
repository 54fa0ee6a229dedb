using System.Net.Sockets;
using UsbIp.Host.Control;

namespace UsbIp.Host.Tests.Control;

public sealed class ControlSocketFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("usbip-host-").FullName;

    private string Place => Path.Combine(_directory, "run", "control");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Everybody_may_connect_for_who_they_are_is_known_then()
    {
        using var file = ControlSocketFile.Claim(Place);

        File.GetUnixFileMode(Place).Should().Be(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
            | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
    }

    [Fact]
    public void The_socket_of_a_daemon_that_died_is_replaced()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Place)!);
        using var dead = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        dead.Bind(new UnixDomainSocketEndPoint(Place));

        using var file = ControlSocketFile.Claim(Place);
        using var peer = new ControlPeer(Place);

        file.Socket.Poll(TimeSpan.FromSeconds(20), SelectMode.SelectRead).Should().BeTrue("the new daemon gets the connection");
    }

    [Fact]
    public void While_a_daemon_lives_a_second_one_is_told_so()
    {
        using var file = ControlSocketFile.Claim(Place);

        var second = () => ControlSocketFile.Claim(Place);

        second.Should().Throw<CommandException>().Where(exception => exception.ExitCode == ExitCode.AlreadyRunning)
            .WithMessage("A daemon is already running*");
    }

    [Fact]
    public void When_a_daemon_ends_its_socket_is_gone_and_another_may_start()
    {
        ControlSocketFile.Claim(Place).Dispose();
        File.Exists(Place).Should().BeFalse();

        using var next = ControlSocketFile.Claim(Place);

        File.Exists(Place).Should().BeTrue();
    }

    [Fact]
    public void A_file_of_somebody_else_is_left_alone()
    {
        var place = Path.Combine(_directory, "thesis.txt");
        File.WriteAllText(place, "three years of work");

        var claim = () => ControlSocketFile.Claim(place);

        claim.Should().Throw<CommandException>().WithMessage("*it is no socket*");
        File.ReadAllText(place).Should().Be("three years of work");
    }

    [Fact]
    public void A_path_that_no_socket_can_have_is_said_in_a_sentence()
    {
        var claim = () => ControlSocketFile.Claim(Path.Combine(_directory, new string('x', 200)));

        claim.Should().Throw<CommandException>().WithMessage("The control socket * cannot be made: *");
    }
}
