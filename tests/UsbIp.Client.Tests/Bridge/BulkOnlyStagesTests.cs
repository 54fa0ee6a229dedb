using UsbIp.Client.Bridge;
using UsbIp.Protocol;
using UsbIp.TestKit;
using static UsbIp.Client.Tests.Bridge.BulkOnly;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>What a bulk-only disk's driver and its host see when commands are pipelined.</summary>
public sealed class BulkOnlyStagesTests : IDisposable
{
    private static readonly byte[] GoodStatus = [0x55, 0x53, 0x42, 0x53, 7, 0, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] Sector = [.. Enumerable.Range(0, 512).Select(value => (byte)(value % 256))];

    private readonly BridgeRig _rig = new(new BridgeOptions(ReadAhead: true, Extensions.BulkOnlyOrder));

    public BulkOnlyStagesTests() => _rig.Configure(Interface);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_read_takes_one_round_trip()
    {
        var command = _rig.Kernel.SubmitOut(Out, Command(512, isIn: true));
        var commanded = _rig.Kernel.Receive()!;
        var data = _rig.Kernel.SubmitIn(In, 512);

        // All three are at the host before it has answered anything.
        var requests = Enumerable.Range(0, 3).Select(_ => _rig.Host.Receive()!).ToArray();
        _rig.Host.Reply(command, actualLength: 31);
        _rig.Host.ReplyWith(data, Sector);
        _rig.Host.ReplyWith(requests[2].Seqnum, GoodStatus);
        var read = _rig.Kernel.Receive()!;
        var status = _rig.Kernel.SubmitIn(In, 13);
        var ended = _rig.Kernel.Receive()!;

        commanded.Seqnum.Should().Be(command);
        commanded.ActualLength.Should().Be(31);
        requests[2].Submit.Should().Match<SubmitRequest>(request => request.EndpointAddress == (0x80 | In) && request.BufferLength == 13);
        read.Seqnum.Should().Be(data);
        read.Data.Should().Equal(Sector);
        ended.Seqnum.Should().Be(status);
        ended.Data.Should().Equal(GoodStatus);
    }

    [Fact]
    public void A_write_is_not_ended_before_the_device_has_ended_it()
    {
        _rig.Kernel.SubmitOut(Out, Command(512, isIn: false));
        _rig.Kernel.Receive();
        var data = _rig.Kernel.SubmitOut(Out, Sector);
        var requests = Enumerable.Range(0, 3).Select(_ => _rig.Host.Receive()!).ToArray();
        _rig.Kernel.Poll(TimeSpan.FromMilliseconds(50)).Should().BeFalse("the data is not with the device yet");

        _rig.Host.Reply(requests[0].Seqnum, actualLength: 31);
        _rig.Host.Reply(data, actualLength: 512);
        var written = _rig.Kernel.Receive()!;
        var status = _rig.Kernel.SubmitIn(In, 13);
        _rig.Kernel.Poll(TimeSpan.FromMilliseconds(50)).Should().BeFalse("the device has not said how the command ended");
        _rig.Host.ReplyWith(requests[2].Seqnum, GoodStatus);
        var ended = _rig.Kernel.Receive()!;

        written.Seqnum.Should().Be(data);
        ended.Seqnum.Should().Be(status);
        ended.Data.Should().Equal(GoodStatus);
    }

    [Fact]
    public void A_cache_flush_is_not_ended_before_the_device_has_ended_it()
    {
        var flush = Command(0, isIn: false);
        flush[15] = 0x35; // SYNCHRONIZE CACHE(10), the first byte of CBWCB
        var command = _rig.Kernel.SubmitOut(Out, flush);
        _rig.Kernel.Receive()!.Seqnum.Should().Be(command);
        var status = _rig.Kernel.SubmitIn(In, 13);
        var requests = Enumerable.Range(0, 2).Select(_ => _rig.Host.Receive()!).ToArray();

        _rig.Host.Reply(command, actualLength: 31);
        _rig.Kernel.Poll(TimeSpan.FromMilliseconds(50)).Should().BeFalse("the device has not said that all is written");
        _rig.Host.ReplyWith(requests[1].Seqnum, GoodStatus);

        var ended = _rig.Kernel.Receive()!;
        ended.Seqnum.Should().Be(status);
        ended.Data.Should().Equal(GoodStatus);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void With_a_host_that_keeps_no_order_the_status_is_not_read_ahead(bool isIn)
    {
        using var rig = new BridgeRig(new BridgeOptions(ReadAhead: true));
        rig.Configure(Interface);
        var command = rig.Kernel.SubmitOut(Out, Command(512, isIn));
        rig.Kernel.Receive();
        var data = isIn ? rig.Kernel.SubmitIn(In, 512) : rig.Kernel.SubmitOut(Out, Sector);
        rig.Host.Receive();
        rig.Host.Receive();
        rig.Host.Reply(command, actualLength: 31);
        rig.Host.Reply(data, actualLength: 512, data: isIn ? Sector : []);
        rig.Kernel.Receive();

        var status = rig.Kernel.SubmitIn(In, 13);

        rig.Host.Receive()!.Seqnum.Should().Be(status);
    }

    [Fact]
    public void After_stalled_data_the_status_is_read_behind_the_clearing_of_the_halt()
    {
        var command = _rig.Kernel.SubmitOut(Out, Command(512, isIn: true));
        _rig.Kernel.Receive();
        var data = _rig.Kernel.SubmitIn(In, 512);
        var ahead = Enumerable.Range(0, 3).Select(_ => _rig.Host.Receive()!).ToArray()[^1];
        _rig.Host.Reply(command, actualLength: 31);
        _rig.Host.Reply(data, UrbStatus.Stall, 0);
        _rig.Host.Reply(ahead.Seqnum, UrbStatus.Stall, 0);
        var unlink = _rig.Host.Receive()!;
        _rig.Host.ReplyUnlink(unlink.Seqnum, UrbStatus.Ok);
        var stalled = _rig.Kernel.Receive()!;
        _rig.Exchange(new SetupPacket(0x02, 1, 0, 0x80 | In, 0));

        var status = _rig.Kernel.SubmitIn(In, 13);
        var read = _rig.Host.Receive()!;
        _rig.Host.ReplyWith(read.Seqnum, GoodStatus);
        var ended = _rig.Kernel.Receive()!;

        stalled.Status.Should().Be(UrbStatus.Stall);
        read.Seqnum.Should().Be(status);
        ended.Data.Should().Equal(GoodStatus);
    }

    [Fact]
    public void A_status_that_came_although_the_data_stalled_is_not_lost()
    {
        var command = _rig.Kernel.SubmitOut(Out, Command(512, isIn: false));
        _rig.Kernel.Receive();
        var data = _rig.Kernel.SubmitOut(Out, Sector);
        var ahead = Enumerable.Range(0, 3).Select(_ => _rig.Host.Receive()!).ToArray()[^1];
        _rig.Host.Reply(command, actualLength: 31);
        _rig.Host.Reply(data, UrbStatus.Stall, 0);
        _rig.Host.ReplyWith(ahead.Seqnum, GoodStatus);
        _rig.Host.ReplyUnlink(_rig.Host.Receive()!.Seqnum, UrbStatus.Ok);
        _rig.Kernel.Receive();

        var status = _rig.Kernel.SubmitIn(In, 13);

        var ended = _rig.Kernel.Receive()!;
        ended.Seqnum.Should().Be(status);
        ended.Data.Should().Equal(GoodStatus);
    }

    [Fact]
    public void A_timed_out_command_is_unlinked_at_the_host_and_the_next_one_runs()
    {
        _rig.Kernel.SubmitOut(Out, Command(512, isIn: true));
        _rig.Kernel.Receive();
        var data = _rig.Kernel.SubmitIn(In, 512);
        var requests = Enumerable.Range(0, 3).Select(_ => _rig.Host.Receive()!).ToArray();
        _rig.Host.Reply(requests[0].Seqnum, actualLength: 31);
        _rig.Exchange(new SetupPacket(0x00, 5, 0, 0, 0)); // behind which the reply has come

        _rig.Kernel.Unlink(data);
        var unlinks = new[] { _rig.Host.Receive()!, _rig.Host.Receive()! };
        foreach (var unlink in unlinks)
        {
            _rig.Host.ReplyUnlink(unlink.Seqnum, UrbStatus.Unlinked);
        }

        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Unlinked);
        _rig.Exchange(new SetupPacket(0x21, 0xFF, 0, 0, 0));
        var next = _rig.Kernel.SubmitOut(Out, Command(512, isIn: true));
        _rig.Kernel.Receive()!.Seqnum.Should().Be(next);
        unlinks.Select(unlink => unlink.Unlink.TargetSeqnum).Should().BeEquivalentTo([data, requests[2].Seqnum]);
    }

    [Fact]
    public void A_command_that_the_device_does_not_take_is_unlinked_with_its_data()
    {
        var command = _rig.Kernel.SubmitOut(Out, Command(512, isIn: true));
        _rig.Kernel.Receive();
        var data = _rig.Kernel.SubmitIn(In, 512);
        var status = Enumerable.Range(0, 3).Select(_ => _rig.Host.Receive()!).ToArray()[^1].Seqnum;

        var unlink = _rig.Kernel.Unlink(data);

        AnswerUnlinkOf(status);
        AnswerUnlinkOf(data);
        AnswerUnlinkOf(command); // behind its data, or the device would take that for a command; before its reset, or it would be the first behind it
        _rig.Kernel.Receive()!.Should().Match<KernelReply>(reply => reply.Seqnum == unlink && reply.Status == UrbStatus.Unlinked);
        _rig.Exchange(new SetupPacket(0x21, 0xFF, 0, 0, 0));
    }

    [Fact]
    public void A_command_whose_data_fails_before_it_is_taken_is_unlinked_before_the_driver_hears_of_that()
    {
        var command = _rig.Kernel.SubmitOut(Out, Command(512, isIn: true));
        _rig.Kernel.Receive();
        var data = _rig.Kernel.SubmitIn(In, 512);
        var status = Enumerable.Range(0, 3).Select(_ => _rig.Host.Receive()!).ToArray()[^1].Seqnum;

        _rig.Host.Reply(data, UrbStatus.ProtocolError, 0);

        AnswerUnlinkOf(status);
        _rig.Kernel.Poll(TimeSpan.FromMilliseconds(50)).Should().BeFalse("the command is still at the host");
        AnswerUnlinkOf(command);
        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.ProtocolError);
    }

    [Fact]
    public void Data_that_is_no_command_is_answered_by_the_device_alone()
    {
        _rig.Kernel.SubmitOut(Out, new byte[31]);

        _rig.Host.Receive();

        _rig.Kernel.Poll(TimeSpan.FromMilliseconds(50)).Should().BeFalse();
    }

    [Fact]
    public void Data_in_several_requests_runs_as_the_driver_asks()
    {
        var command = _rig.Kernel.SubmitOut(Out, Command(1024, isIn: true));
        _rig.Kernel.Receive();
        _rig.Host.Receive();
        _rig.Host.Reply(command, actualLength: 31);
        var first = _rig.Kernel.SubmitIn(In, 512);
        var second = _rig.Kernel.SubmitIn(In, 512);
        var status = _rig.Kernel.SubmitIn(In, 13);

        var seen = Enumerable.Range(0, 3).Select(_ => _rig.Host.Receive()!.Seqnum);

        seen.Should().Equal(first, second, status);
    }

    private void AnswerUnlinkOf(uint target)
    {
        var unlink = _rig.Host.Receive()!;
        unlink.Unlink.TargetSeqnum.Should().Be(target);
        _rig.Host.ReplyUnlink(unlink.Seqnum, UrbStatus.Unlinked);
    }
}
