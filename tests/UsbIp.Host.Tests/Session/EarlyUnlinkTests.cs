using UsbIp.Host.Server;
using UsbIp.Host.Session;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Session;

/// <summary>CMD_UNLINKs that come before the CMD_SUBMIT of their URB, as vhci_hcd now and then sends them, and those whose URB never comes.</summary>
public sealed class EarlyUnlinkTests
{
    [Theory]
    [InlineData(UrbDirection.In, 0)]
    [InlineData(UrbDirection.Out, 512)]
    [InlineData(UrbDirection.Out, 64 * 1024)]
    public async Task Unlink_that_overtook_its_urb_takes_the_place_of_the_reply_and_the_device_never_sees_the_urb(UrbDirection direction, int length)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        client.Submit(Requests.In(1, 1, 512));
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        client.ReadSubmitReply();

        client.Unlink(3, target: 2);
        client.Submit(direction == UrbDirection.In ? Requests.In(2, 1, 512) : Requests.Out(2, 2, length), Requests.Pattern(length));
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(3, UrbStatus.Unlinked));

        client.Submit(Requests.In(4, 1, 512));
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        client.ReadSubmitReply().Seqnum.Should().Be(4, "the first transfer after the unlinked one is the next that the device sees");
    }

    [Fact]
    public async Task Unlink_that_overtook_an_isochronous_urb_takes_the_place_of_its_reply()
    {
        await using var host = new RunningHost();
        host.Export("1-2");
        using var client = host.Import("1-2");

        client.Unlink(3, target: 2);
        client.Submit(Requests.Iso(2, UrbDirection.In, 4, 64, packets: 1), [], new IsoPacket(0, 64, 0, 0));
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(3, UrbStatus.Unlinked));

        client.Unlink(5, target: 4);
        client.Submit(Requests.In(4, 1, 512));
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(5, UrbStatus.Unlinked));
    }

    [Fact]
    public async Task Unlink_whose_urb_never_comes_gets_zero_all_the_same()
    {
        await using var host = new RunningHost(new ServerOptions { Session = new SessionLimits { EarlyUnlink = TimeSpan.FromMilliseconds(50) } });
        var device = host.Export("1-2");
        using var client = host.Import("1-2");

        client.Unlink(12, target: 10);
        client.Unlink(13, target: 11);
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(12, UrbStatus.Ok));
        client.ReadUnlinkReply().Should().Be(new UnlinkReply(13, UrbStatus.Ok));

        client.Submit(Requests.In(10, 1, 512));
        device.Complete(device.NextSubmitted(), UrbStatus.Ok, 0);
        client.ReadSubmitReply().Seqnum.Should().Be(10, "an unlink that was answered has no URB to take");
    }

    [Fact]
    public async Task Storm_of_unlinks_without_urbs_is_answered_whole()
    {
        await using var host = new RunningHost(new ServerOptions { Session = new SessionLimits { EarlyUnlink = TimeSpan.FromMilliseconds(50) } });
        host.Export("1-2");
        using var client = host.Import("1-2");

        for (var seqnum = 1u; seqnum <= 500; seqnum++)
        {
            client.Unlink(1000 + seqnum, target: seqnum);
        }

        var answered = Enumerable.Range(0, 500).Select(_ => client.ReadUnlinkReply()).ToArray();
        answered.Should().OnlyHaveUniqueItems().And.OnlyContain(reply => reply.Status == UrbStatus.Ok);
    }

    [Fact]
    public async Task Unlinks_without_urbs_beside_urbs_that_complete_stop_nobody()
    {
        await using var host = new RunningHost(new ServerOptions { Session = new SessionLimits { EarlyUnlink = TimeSpan.FromMilliseconds(1) } });
        var device = host.Export("1-2");
        device.OnSubmit = transfer =>
        {
            device.Complete(transfer, UrbStatus.Ok, 0);
            return true;
        };
        using var client = host.Import("1-2");
        const uint Count = 20_000;
        var reader = Task.Run(() =>
        {
            for (var reply = 0; reply < 2 * Count; reply++)
            {
                client.ReadReply();
            }
        });

        for (var index = 1u; index <= Count; index++)
        {
            client.Submit(Requests.In(index, 1, 64));
            client.Unlink(0x7000_0000 + index, target: 0x6000_0000 + index);
        }

        await reader.WaitAsync(TimeSpan.FromSeconds(60));
    }
}
