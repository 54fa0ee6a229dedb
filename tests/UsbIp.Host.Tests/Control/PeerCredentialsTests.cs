using UsbIp.Host.Control;

namespace UsbIp.Host.Tests.Control;

public sealed class PeerCredentialsTests
{
    private const uint Daemon = 990;
    private const uint Admins = 500;

    [Theory]
    [InlineData(0, 0, false, true)] // root
    [InlineData(Daemon, 990, false, true)] // the daemon's own user
    [InlineData(1000, Admins, false, true)] // by the primary group
    [InlineData(1000, 1000, true, true)] // by another group
    [InlineData(1000, 1000, false, false)]
    public void Root_the_daemons_user_and_the_admin_group_may_control_it(uint user, uint group, bool isAdmin, bool may)
    {
        var peer = new PeerCredentials(1, user, group, isAdmin ? [4, Admins] : [4]);

        peer.MayControl(Daemon, Admins).Should().Be(may);
    }

    [Fact]
    public void Without_the_admin_group_no_other_user_may()
    {
        new PeerCredentials(1, 1000, Admins, [Admins]).MayControl(Daemon, null).Should().BeFalse();
    }

    [Fact]
    public void The_kernel_names_this_process()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("usbip-host-").FullName, "control");
        using var file = ControlSocketFile.Claim(path);
        using var peer = new ControlPeer(path);
        using var accepted = file.Socket.Accept();

        var credentials = PeerCredentials.Of(accepted);

        credentials.ProcessId.Should().Be(Environment.ProcessId);
    }
}
