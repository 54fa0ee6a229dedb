using System.Net.Sockets;
using UsbIp.Client.Bridge;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>Hosts that don't read, or read late: the kernel's unlinks are answered all the same, and memory has a bound.</summary>
public sealed class SlowHostTests : IDisposable
{
    private readonly BridgeRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_host_that_reads_nothing_does_not_keep_the_kernel_from_being_answered()
    {
        var victim = _rig.Kernel.SubmitIn(1, 64);
        for (var written = 0; written < 24; written++)
        {
            _rig.Kernel.SubmitOut(2, new byte[1024 * 1024]);
        }

        var unlink = _rig.Kernel.Unlink(victim);
        _rig.AdvanceUntilKernelReadable(TimeSpan.FromSeconds(2));

        _rig.Kernel.Receive()!.Seqnum.Should().Be(unlink);
    }

    [Fact]
    public void What_waited_for_a_slow_host_arrives_whole_and_in_order()
    {
        var random = new Random(3);
        var sent = Enumerable.Range(0, 24).Select(_ => new byte[random.Next(1, 1024 * 1024)]).ToArray();
        foreach (var data in sent)
        {
            random.NextBytes(data);
            _rig.Kernel.SubmitOut(2, data);
        }

        foreach (var data in sent)
        {
            _rig.Host.Receive()!.Data.AsSpan().SequenceEqual(data).Should().BeTrue();
        }
    }

    [Fact]
    public void A_host_that_never_reads_is_given_up_at_the_limit()
    {
        var sender = new Thread(() =>
        {
            try
            {
                for (var written = 0; written < 100; written++)
                {
                    _rig.Kernel.SubmitOut(2, new byte[1024 * 1024]);
                }
            }
            catch (SocketException)
            {
                // The bridge has closed its end, as it should.
            }
        });
        sender.Start();

        _rig.End().Kind.Should().Be(BridgeEndKind.HostLost);
        _rig.End().Reason.Should().Contain("and 64 MiB is the limit");
        sender.Join();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(47)]
    [InlineData(48)]
    [InlineData(63)]
    public void A_host_that_stops_in_the_middle_of_a_reply_is_unplugged_within_3_seconds(int sent)
    {
        var first = _rig.Kernel.SubmitIn(1, 16);
        var second = _rig.Kernel.SubmitIn(1, 16);
        _rig.Host.Receive();
        _rig.Host.Receive();
        var reply = RawHost.Compose(new SubmitReply(first, UrbStatus.Ok, 16), new byte[16], []);
        _rig.Host.Send([.. reply, .. RawHost.Compose(new SubmitReply(second, UrbStatus.Ok, 16), new byte[16], []).AsSpan(0, sent)]);
        _rig.Kernel.Receive()!.Seqnum.Should().Be(first);

        _rig.AdvanceUntilKernelReadable(TimeSpan.FromSeconds(3));

        _rig.ExpectUnplug();
        _rig.End().Kind.Should().Be(BridgeEndKind.HostLost);
        _rig.End().Reason.Should().StartWith("The host no longer answers: it stopped in the middle of a reply");
    }
}
