using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using UsbIp.Host.Server;
using UsbIp.Host.Session;
using UsbIp.Protocol;

namespace UsbIp.Host.Tests.Session;

/// <summary>CMD_UNLINK with every field wrong.</summary>
public sealed class HostileUnlinkTests
{
    [Theory]
    [InlineData("devid", 0x08, 0xFFFFFFFF)]
    [InlineData("devid", 0x08, 0)]
    [InlineData("direction", 0x0C, 2)]
    [InlineData("ep", 0x10, 16)]
    [InlineData("ep", 0x10, 0xFFFFFFFF)]
    public async Task Broken_field_of_an_unlink_ends_the_session_and_the_log_names_it(string field, int offset, uint value)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        client.Submit(Requests.In(1, 1, 64));
        device.NextSubmitted();
        var bytes = new byte[UnlinkRequest.Size];
        new UnlinkRequest(2, client.DeviceId, TargetSeqnum: 1).Write(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset), value);

        client.Send(bytes);

        host.WaitForOnlyComplaint("1-2", client).Should().Contain("ended by ProtocolViolation").And.Contain(field);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)] // the unlink itself
    [InlineData(uint.MaxValue)]
    public async Task Unlink_of_a_target_that_is_none_leaves_every_urb_alone(uint target)
    {
        await using var host = new RunningHost();
        var device = host.Export("1-2");
        using var client = host.Import("1-2");
        client.Submit(Requests.In(1, 1, 64));
        var transfer = device.NextSubmitted();

        client.Unlink(2, target);

        client.ReadUnlinkReply().Should().Be(new UnlinkReply(2, UrbStatus.Ok));
        device.Complete(transfer, UrbStatus.Ok, 0);
        client.ReadSubmitReply().Should().Be(new SubmitReply(1, UrbStatus.Ok, 0));
    }

    [Fact]
    public async Task Unlinks_that_pile_up_behind_a_device_that_hangs_end_the_session()
    {
        const uint Limit = 100;
        await using var host = new RunningHost(new ServerOptions { Session = new SessionLimits { MaxQueuedReplies = (int)Limit } });
        var device = host.Export("1-2");
        using var hangs = new ManualResetEventSlim();
        using var noticed = new ManualResetEventSlim();
        device.OnCancel = transfer =>
        {
            hangs.Set();
            noticed.Wait(TimeSpan.FromSeconds(20)); // had the device gone on before, the unlinks would not wait any more
            device.Complete(transfer, UrbStatus.Unlinked, 0);
        };
        void Notice(object? sender, FirstChanceExceptionEventArgs thrown)
        {
            if (thrown.Exception is ProtocolException && thrown.Exception.Message.Contains($"{Limit} unlinks wait", StringComparison.Ordinal))
            {
                noticed.Set();
            }
        }

        AppDomain.CurrentDomain.FirstChanceException += Notice; // the host tells its client and its log only when the device goes on
        using var client = host.Import("1-2");
        client.Submit(Requests.In(1, 1, 64));
        device.NextSubmitted();
        client.Unlink(2, target: 1);
        hangs.Wait(TimeSpan.FromSeconds(20)).Should().BeTrue();
        var seqnum = 3u;

        for (var waiting = 0; waiting <= Limit; waiting++)
        {
            client.Submit(Requests.In(seqnum, 1, 64));
            var transfer = device.NextSubmitted();
            client.Unlink(seqnum + 1, target: seqnum);
            client.Unlink(seqnum + 2, target: 0); // answered at once: the host has heard the one before it
            if (waiting < Limit)
            {
                client.ReadUnlinkReply().Should().Be(new UnlinkReply(seqnum + 2, UrbStatus.Ok));
                device.Complete(transfer, UrbStatus.Ok, 0);
                client.ReadSubmitReply().Seqnum.Should().Be(seqnum);
                client.ReadUnlinkReply().Should().Be(new UnlinkReply(seqnum + 1, UrbStatus.Ok));
            }

            seqnum += 3;
        }

        noticed.Wait(TimeSpan.FromSeconds(20)).Should().BeTrue();
        AppDomain.CurrentDomain.FirstChanceException -= Notice;
        host.WaitForOnlyComplaint("1-2", client).Should().Contain("ended by ProtocolViolation").And.Contain($"More than {Limit} unlinks wait");
    }
}
