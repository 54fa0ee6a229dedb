using UsbIp.Client.Bridge;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>Long reads of a serial port that are posted ahead: a program that asks for fewer bytes, and a host without memory for them.</summary>
public sealed class BulkReadsAheadTests : IDisposable
{
    private const byte Endpoint = 1;
    private const int PacketSize = 64;
    private const int Length = 512;
    private const int Depth = 64;

    private static readonly byte[] Data = [.. Enumerable.Range(0, 202).Select(at => (byte)at)];

    private readonly BridgeRig _rig = new(new BridgeOptions(ReadAhead: true));

    public BulkReadsAheadTests() => _rig.Configure([9, 4, 0, 0, 1, 0x0A, 0, 0, 0, 7, 5, 0x80 | Endpoint, 2, PacketSize, 0, 0]);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void Each_read_takes_the_packets_that_fit_and_the_next_one_finds_the_others()
    {
        ReadAhead();

        Read(128).Data.Should().Equal(Data[..128]);
        Read(64).Data.Should().Equal(Data[128..192]);
        var rest = Read(64);

        rest.Data.Should().Equal(Data[192..]);
        rest.Status.Should().Be(UrbStatus.Ok);
    }

    [Fact]
    public void A_packet_that_does_not_fit_ends_a_read_as_it_does_at_the_device()
    {
        ReadAhead();

        var cut = Read(100);

        cut.Status.Should().Be(UrbStatus.Overflow);
        cut.Data.Should().Equal(Data[..100]);
        Read(256).Data.Should().Equal(Data[128..]);
    }

    [Fact]
    public void Reads_longer_than_a_host_keeps_for_one_client_are_not_read_ahead()
    {
        for (var read = 0; read < 5; read++)
        {
            var seqnum = _rig.Kernel.SubmitIn(Endpoint, 1 << 20);
            _rig.Host.Receive()!.Seqnum.Should().Be(seqnum);
            _rig.Host.ReplyWith(seqnum, Data);
            _rig.Kernel.Receive()!.Seqnum.Should().Be(seqnum);
        }

        _rig.Exchange(new SetupPacket(0x00, 5, 0, 0, 0));
    }

    [Fact]
    public void A_read_that_waits_here_is_unlinked_here_also_when_its_endpoint_is_gone()
    {
        using var rig = new BridgeRig(new BridgeOptions(ReadAhead: true));
        rig.Configure([9, 4, 0, 0, 0, 0x0A, 0, 0, 0, 9, 4, 0, 1, 1, 0x0A, 0, 0, 0, 7, 5, 0x80 | Endpoint, 2, PacketSize, 0, 0]);
        rig.Exchange(new SetupPacket(0x01, 11, 1, 0, 0));
        var (third, own) = BeginReadingAhead(rig);
        rig.Host.ReplyWith(third, Data);
        rig.Kernel.Receive();
        var read = rig.Kernel.SubmitIn(Endpoint, Length);
        rig.Host.Receive(); // the bridge keeps its lead
        rig.Exchange(new SetupPacket(0x01, 11, 0, 0, 0));

        var unlink = rig.Kernel.Unlink(read);

        rig.Kernel.Receive()!.Should().Match<KernelReply>(reply => reply.Seqnum == unlink && reply.Status == UrbStatus.Unlinked);
        AnswerUnlinks(rig, own.Length + 1);
        rig.Exchange(new SetupPacket(0x00, 5, 0, 0, 0)); // the host hears nothing of it
    }

    [Fact]
    public void Where_the_host_has_no_room_for_more_reads_the_driver_s_goes_to_it_as_before()
    {
        var (third, own) = BeginReadingAhead(_rig);
        _rig.Host.ReplyWith(third, Data);
        _rig.Kernel.Receive();
        var read = _rig.Kernel.SubmitIn(Endpoint, Length);
        _rig.Host.Receive(); // the bridge keeps its lead

        _rig.Host.Reply(own[0], UrbStatus.NoMemory);
        AnswerUnlinks(_rig, own.Length);

        _rig.Host.Receive()!.Seqnum.Should().Be(read);
        _rig.Host.ReplyWith(read, Data);
        _rig.Kernel.Receive()!.Data.Should().Equal(Data);
        for (var next = 0; next < 5; next++)
        {
            _rig.Host.ReplyWith(Submitted(_rig), Data);
            _rig.Kernel.Receive();
        }
    }

    private KernelReply Read(int length)
    {
        var seqnum = _rig.Kernel.SubmitIn(Endpoint, length);
        var reply = _rig.Kernel.Receive()!;
        reply.Seqnum.Should().Be(seqnum);
        return reply;
    }

    /// <summary>One of the bridge's own reads has brought the data, the others are at the host.</summary>
    private void ReadAhead()
    {
        var (third, own) = BeginReadingAhead(_rig);
        _rig.Host.Send([.. Reply(third), .. Reply(own[0])]); // at once: when the first is answered, the other is here
        _rig.Kernel.Receive();
    }

    /// <summary>Three reads, of which the third is not answered yet, and behind it the bridge's own.</summary>
    private static (uint Third, uint[] Own) BeginReadingAhead(BridgeRig rig)
    {
        for (var read = 0; read < 2; read++)
        {
            rig.Host.ReplyWith(Submitted(rig), Data);
            rig.Kernel.Receive();
        }

        return (Submitted(rig), [.. Enumerable.Range(0, Depth).Select(_ => rig.Host.Receive()!.Seqnum)]);
    }

    /// <summary>The kernel reads, and that is what the host sees next.</summary>
    private static uint Submitted(BridgeRig rig)
    {
        var seqnum = rig.Kernel.SubmitIn(Endpoint, Length);
        rig.Host.Receive()!.Seqnum.Should().Be(seqnum);
        return seqnum;
    }

    private static void AnswerUnlinks(BridgeRig rig, int count)
    {
        for (var own = 0; own < count; own++)
        {
            var unlink = rig.Host.Receive()!;
            unlink.IsUnlink.Should().BeTrue();
            rig.Host.ReplyUnlink(unlink.Seqnum, UrbStatus.Unlinked);
        }
    }

    private static byte[] Reply(uint seqnum) => RawHost.Compose(new SubmitReply(seqnum, UrbStatus.Ok, Data.Length), Data, []);
}
