using UsbIp.Client.Bridge;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>What a keyboard's driver and its host see when reports are read ahead.</summary>
public sealed class RepeatedReadsTests : IDisposable
{
    private const byte Endpoint = 1;
    private const int Length = 8;

    private readonly BridgeRig _rig = new(new BridgeOptions(ReadAhead: true));
    private readonly Queue<uint> _posted = new();
    private byte _report;

    public RepeatedReadsTests() => _rig.Configure([9, 4, 0, 0, 1, 3, 1, 1, 0, 7, 5, 0x80 | Endpoint, 3, 8, 0, 8]);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void The_first_reads_go_to_the_host_one_by_one()
    {
        ReadOnce();
        ReadOnce();

        _posted.Should().BeEmpty();
    }

    [Fact]
    public void A_driver_that_goes_on_reading_finds_the_next_reports_here()
    {
        BeginReadingAhead();
        var read = _rig.Kernel.Receive()!;
        for (var report = 0; report < 100; report++)
        {
            Report();
        }

        for (byte expected = 4; expected < 30; expected++)
        {
            var seqnum = _rig.Kernel.SubmitIn(Endpoint, Length);
            var next = _rig.Kernel.Receive()!;
            next.Seqnum.Should().Be(seqnum);
            next.Data.Should().Equal(Data(expected), "reports come in order, none lost and none twice");
        }

        read.Data.Should().Equal(Data(3));
    }

    [Fact]
    public void A_driver_that_stops_has_its_unlink_answered_and_finds_what_was_read_later()
    {
        BeginReadingAhead();
        _rig.Kernel.Receive();
        var idle = _rig.Kernel.SubmitIn(Endpoint, Length);
        _posted.Enqueue(_rig.Host.Receive()!.Seqnum);

        var unlink = _rig.Kernel.Unlink(idle);

        var unlinked = _rig.Kernel.Receive()!;
        unlinked.Seqnum.Should().Be(unlink);
        unlinked.Status.Should().Be(UrbStatus.Unlinked);
        Report(); // it was pressed before the host knew
        AnswerUnlinks(alsoOfAnswered: 1);
        _rig.Kernel.SubmitIn(Endpoint, Length);
        _rig.Kernel.Receive()!.Data.Should().Equal(Data(4));
    }

    [Fact]
    public void After_an_error_nothing_more_is_read_ahead_and_the_driver_is_told_once()
    {
        BeginReadingAhead();
        _rig.Kernel.Receive();
        var read = _rig.Kernel.SubmitIn(Endpoint, Length);
        _posted.Enqueue(_rig.Host.Receive()!.Seqnum);

        _rig.Host.Reply(_posted.Dequeue(), UrbStatus.Stall);
        var failed = _rig.Kernel.Receive()!;
        AnswerUnlinks();
        _rig.Exchange(new SetupPacket(0x02, 1, 0, 0x80 | Endpoint, 0));
        var next = _rig.Kernel.SubmitIn(Endpoint, Length);

        failed.Seqnum.Should().Be(read);
        failed.Status.Should().Be(UrbStatus.Stall);
        _rig.Host.Receive()!.Seqnum.Should().Be(next, "it goes to the host as before");
    }

    [Fact]
    public void A_halt_is_cleared_when_no_read_is_posted_any_more_and_no_report_is_lost()
    {
        BeginReadingAhead();
        _rig.Kernel.Receive();
        Report();
        _rig.Exchange(new SetupPacket(0x00, 5, 0, 0, 0)); // behind which the report is here

        var clear = _rig.Kernel.SubmitOut(0, [], new SetupPacket(0x02, 1, 0, 0x80 | Endpoint, 0));
        AnswerUnlinks();
        _rig.Conclude(clear);

        _rig.Kernel.SubmitIn(Endpoint, Length);
        _rig.Kernel.Receive()!.Data.Should().Equal(Data(4));
    }

    [Theory]
    [InlineData(UrbStatus.Unlinked)]
    [InlineData(UrbStatus.NoEntry)]
    public void A_cancel_that_nobody_asked_for_is_an_error_like_any_other(UrbStatus status)
    {
        BeginReadingAhead();
        _rig.Kernel.Receive();
        _rig.Kernel.SubmitIn(Endpoint, Length);
        _posted.Enqueue(_rig.Host.Receive()!.Seqnum);

        _rig.Host.Reply(_posted.Dequeue(), status);

        _rig.Kernel.Receive()!.Status.Should().Be(status);
    }

    [Fact]
    public void A_class_request_that_would_reset_a_disk_loses_no_report()
    {
        BeginReadingAhead();
        _rig.Kernel.Receive();
        Report();

        _rig.Exchange(new SetupPacket(0x21, 0xFF, 0, 0, 0));

        _rig.Kernel.SubmitIn(Endpoint, Length);
        _rig.Kernel.Receive()!.Data.Should().Equal(Data(4));
    }

    [Fact]
    public void Another_length_is_read_as_the_driver_asks()
    {
        BeginReadingAhead();
        _rig.Kernel.Receive();

        var other = _rig.Kernel.SubmitIn(Endpoint, 64);
        AnswerUnlinks();

        _rig.Host.Receive()!.Should().Match<RawRequest>(request => request.Seqnum == other && request.Submit.BufferLength == 64);
    }

    [Fact]
    public void What_the_bridge_asks_itself_waits_for_the_end_of_what_the_kernel_is_asking()
    {
        BeginReadingAhead();
        _rig.Kernel.Receive();
        _rig.Kernel.SubmitIn(Endpoint, Length);
        _posted.Enqueue(_rig.Host.Receive()!.Seqnum);
        var request = _rig.Kernel.Compose(UrbDirection.Out, 2, Length, Data(9), [], default);
        var begun = SubmitRequest.Size + 2;
        _rig.Kernel.Send(request.AsSpan(0, begun));
        _rig.Host.ReceiveRaw(begun).Should().Equal(request[..begun]);

        _rig.Host.Reply(_posted.Dequeue(), UrbStatus.Stall); // after which the bridge cancels its own reads
        _rig.Kernel.Receive()!.Status.Should().Be(UrbStatus.Stall);
        _rig.Kernel.Send(request.AsSpan(begun));

        _rig.Host.ReceiveRaw(request.Length - begun).Should().Equal(request[begun..]);
        AnswerUnlinks();
    }

    [Fact]
    public void When_the_session_ends_the_kernel_gets_back_what_it_asked_for_and_no_more()
    {
        BeginReadingAhead();
        _rig.Kernel.Receive();
        _rig.Kernel.SubmitIn(Endpoint, Length);
        _rig.Host.Receive();

        _rig.Bridge.Stop();

        _rig.ExpectUnplug();
    }

    [Fact]
    public void Switched_off_every_read_waits_for_the_driver()
    {
        using var rig = new BridgeRig(new BridgeOptions(ReadAhead: false));
        rig.Configure([9, 4, 0, 0, 1, 3, 1, 1, 0, 7, 5, 0x80 | Endpoint, 3, 8, 0, 8]);

        for (var round = 0; round < 10; round++)
        {
            var seqnum = rig.Kernel.SubmitIn(Endpoint, Length);
            rig.Host.Receive()!.Seqnum.Should().Be(seqnum);
            rig.Host.ReplyWith(seqnum, Data(0));
            rig.Kernel.Receive()!.Seqnum.Should().Be(seqnum);
        }
    }

    private static byte[] Data(byte report) => [report, 0, 0, 0, 0, 0, 0, 0];

    private void ReadOnce()
    {
        var seqnum = _rig.Kernel.SubmitIn(Endpoint, Length);
        _rig.Host.Receive()!.Seqnum.Should().Be(seqnum);
        _rig.Host.ReplyWith(seqnum, Data(++_report));
        _rig.Kernel.Receive();
    }

    /// <summary>Two answered reads, and a third behind which the bridge posts its own; the third is answered, and not yet read.</summary>
    private void BeginReadingAhead()
    {
        ReadOnce();
        ReadOnce();
        var third = _rig.Kernel.SubmitIn(Endpoint, Length);
        _rig.Host.Receive()!.Seqnum.Should().Be(third);
        for (var count = 0; count < 32; count++)
        {
            _posted.Enqueue(_rig.Host.Receive()!.Seqnum);
        }

        _rig.Host.ReplyWith(third, Data(++_report));
    }

    /// <summary>The device has something to say, if it is asked.</summary>
    private void Report()
    {
        if (_posted.TryDequeue(out var seqnum))
        {
            _rig.Host.ReplyWith(seqnum, Data(++_report));
        }
    }

    private void AnswerUnlinks(int alsoOfAnswered = 0)
    {
        for (var left = _posted.Count + alsoOfAnswered; left > 0; left--)
        {
            var unlink = _rig.Host.Receive()!;
            unlink.IsUnlink.Should().BeTrue();
            _rig.Host.ReplyUnlink(unlink.Seqnum, _posted.Contains(unlink.Unlink.TargetSeqnum) ? UrbStatus.Unlinked : UrbStatus.Ok);
        }

        _posted.Clear();
    }
}
