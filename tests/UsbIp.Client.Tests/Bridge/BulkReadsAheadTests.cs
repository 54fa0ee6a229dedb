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
    public void Where_the_host_has_no_room_for_more_reads_the_driver_s_goes_to_it_as_before()
    {
        var (third, own) = BeginReadingAhead();
        _rig.Host.ReplyWith(third, Data);
        _rig.Kernel.Receive();
        var read = _rig.Kernel.SubmitIn(Endpoint, Length);
        own = [.. own, _rig.Host.Receive()!.Seqnum]; // the bridge keeps its lead

        _rig.Host.Reply(own[0], UrbStatus.NoMemory);
        foreach (var seqnum in own[1..])
        {
            var unlink = _rig.Host.Receive()!;
            unlink.Unlink.TargetSeqnum.Should().Be(seqnum);
            _rig.Host.ReplyUnlink(unlink.Seqnum, UrbStatus.Unlinked);
        }

        _rig.Host.Receive()!.Seqnum.Should().Be(read);
        _rig.Host.ReplyWith(read, Data);
        _rig.Kernel.Receive()!.Data.Should().Equal(Data);
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
        var (third, own) = BeginReadingAhead();
        _rig.Host.Send([.. Reply(third), .. Reply(own[0])]); // at once: when the first is answered, the other is here
        _rig.Kernel.Receive();
    }

    /// <summary>Three reads, of which the third is not answered yet, and behind it the bridge's own.</summary>
    private (uint Third, uint[] Own) BeginReadingAhead()
    {
        for (var read = 0; read < 2; read++)
        {
            var seqnum = _rig.Kernel.SubmitIn(Endpoint, Length);
            _rig.Host.Receive()!.Seqnum.Should().Be(seqnum);
            _rig.Host.ReplyWith(seqnum, Data);
            _rig.Kernel.Receive();
        }

        var third = _rig.Kernel.SubmitIn(Endpoint, Length);
        _rig.Host.Receive()!.Seqnum.Should().Be(third);
        return (third, [.. Enumerable.Range(0, Depth).Select(_ => _rig.Host.Receive()!.Seqnum)]);
    }

    private static byte[] Reply(uint seqnum) => RawHost.Compose(new SubmitReply(seqnum, UrbStatus.Ok, Data.Length), Data, []);
}
