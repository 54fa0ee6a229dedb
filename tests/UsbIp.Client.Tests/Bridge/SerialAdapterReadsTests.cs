using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>What is read ahead from a serial adapter with a class of its own, whose driver keeps two reads posted; and from what only looks like one.</summary>
public sealed class SerialAdapterReadsTests : IDisposable
{
    private const ushort Ftdi = 0x0403;
    private const ushort Prolific = 0x067B;
    private const ushort SiliconLabs = 0x10C4;
    private const ushort QinHeng = 0x1A86;

    private static readonly SetupPacket Reset = new(0x40, 0, 0, 1, 0); // FTDI's, of the first port

    private SerialAdapterRig _adapter = new(Ftdi, 0x6001);

    public void Dispose() => _adapter.Dispose();

    [Theory]
    [InlineData(Ftdi, 0x6001)]
    [InlineData(Prolific, 0x2303)]
    [InlineData(SiliconLabs, 0xEA60)]
    [InlineData(QinHeng, 0x7523)]
    public void A_driver_with_two_reads_posted_finds_the_next_bytes_here(ushort vendor, ushort product)
    {
        Replug(vendor, product);
        _adapter.BeginReadingAhead();
        for (var packet = 0; packet < SerialAdapterRig.Depth; packet++)
        {
            _adapter.Send();
        }

        for (var packet = 0; packet < 20; packet++)
        {
            var seqnum = _adapter.Read();
            var read = _adapter.Kernel.Receive()!;
            read.Seqnum.Should().Be(seqnum);
            read.Data.Should().Equal([1, 0x60, (byte)(packet + 5)], "what comes to a port comes in order, none of it lost and none twice");
        }
    }

    [Fact]
    public void A_program_that_posts_one_read_at_a_time_is_followed_read_by_read() => _adapter.ReadOneByOne();

    [Fact]
    public void A_program_whose_patience_ends_as_the_answer_comes_is_followed_read_by_read()
    {
        for (var read = 0; read < 10; read++)
        {
            _adapter.Post();
            var seqnum = _adapter.OldestPosted;
            _adapter.Send();
            _adapter.Kernel.Poll(TimeSpan.FromSeconds(20)).Should().BeTrue("the answer is there, and is not yet read");
            var unlink = _adapter.Kernel.Unlink(seqnum);
            _adapter.Kernel.Receive()!.Seqnum.Should().Be(seqnum);
            _adapter.Host.ReplyUnlink(_adapter.Host.Receive()!.Seqnum, UrbStatus.Ok);
            _adapter.Kernel.Receive()!.Seqnum.Should().Be(unlink);
        }

        _adapter.Exchange(SerialAdapterRig.Latency); // nothing of the bridge's own is between
    }

    [Theory]
    [InlineData(0x1D50, 0x608C, 0xFF)] // a logic analyser: what a capture brought must not begin the next
    [InlineData(QinHeng, 0x5512, 0xFF)] // the serial port's chip as a programmer
    [InlineData(Ftdi, 0x6001, 0x0B)]
    public void Other_devices_are_not_read_ahead(ushort vendor, ushort product, byte interfaceClass)
    {
        var port = SerialAdapterRig.Port;
        port[5] = interfaceClass;
        Replug(vendor, product, port);

        _adapter.ReadTwoAtATime(SerialAdapterRig.Endpoint);
    }

    [Fact]
    public void The_state_of_the_port_on_an_interrupt_endpoint_is_not_read_ahead()
    {
        Replug(Prolific, 0x2303, [9, 4, 0, 0, 3, 0xFF, 0, 0, 0, 7, 5, 0x83, 3, 10, 0, 1, .. SerialAdapterRig.Port[9..]]);

        _adapter.ReadTwoAtATime(3);
    }

    [Theory]
    [InlineData(UrbStatus.Ok)]
    [InlineData(UrbStatus.Unlinked)] // by the host, which keeps what a read had brought before it was cancelled
    public void What_came_while_the_port_was_being_closed_is_given_to_who_reads_it_next(UrbStatus status)
    {
        _adapter.BeginReadingAhead();
        _adapter.Close(status);

        _adapter.Read();

        var read = _adapter.Kernel.Receive()!;
        read.Data.Should().Equal(1, 0x60, 5);
        read.Status.Should().Be(UrbStatus.Ok, "an error would be of a read that nobody has cancelled");
    }

    [Theory]
    [InlineData(Ftdi, 0x6001, 0x40, 0x00, 0, 0)] // as it is opened
    [InlineData(Ftdi, 0x6010, 0x40, 0x00, 0, 1)]
    [InlineData(Ftdi, 0x6010, 0x40, 0x00, 2, 1)]
    [InlineData(SiliconLabs, 0xEA60, 0x41, 0x12, 0x0F, 0)] // as it is closed
    [InlineData(Prolific, 0x2303, 0x40, 0x01, 8, 0)]
    [InlineData(Prolific, 0x23A3, 0x40, 0x80, 7, 3)]
    public void A_port_that_is_told_to_forget_starts_with_what_comes_then(ushort vendor, ushort product, byte type, byte request, ushort value, ushort index)
    {
        Replug(vendor, product);
        _adapter.BeginReadingAhead();
        _adapter.Close();

        _adapter.Exchange(new SetupPacket(type, request, value, index, 0));

        _adapter.Post();
        _adapter.Send(101);
        _adapter.Kernel.Receive()!.Data.Should().Equal(1, 0x60, 101);
    }

    [Theory]
    [InlineData(Ftdi, 0x6001, 0x40, 0x00, 1, 1)] // what is to be sent
    [InlineData(Ftdi, 0x6010, 0x40, 0x00, 0, 2)] // of another port
    [InlineData(QinHeng, 0x7523, 0x40, 0x00, 0, 1)]
    public void A_request_that_means_something_else_loses_nothing(ushort vendor, ushort product, byte type, byte request, ushort value, ushort index)
    {
        Replug(vendor, product);
        _adapter.BeginReadingAhead();
        _adapter.Close();

        _adapter.Exchange(new SetupPacket(type, request, value, index, 0));

        _adapter.Read();
        _adapter.Kernel.Receive()!.Data.Should().Equal(1, 0x60, 5);
    }

    [Fact]
    public void A_program_that_takes_the_port_over_and_reads_one_by_one_is_followed_read_by_read()
    {
        _adapter.BeginReadingAhead();
        _adapter.Close();
        _adapter.Exchange(Reset);

        _adapter.ReadOneByOne();
    }

    [Fact]
    public void So_is_one_that_takes_it_over_from_a_driver_that_had_stopped_reading()
    {
        _adapter.BeginReadingAhead(); // nothing is posted at its end, as by a driver that was throttled
        var reset = _adapter.Kernel.SubmitOut(0, [], Reset);
        _adapter.AnswerUnlinks(SerialAdapterRig.Depth);
        _adapter.Conclude(reset);

        _adapter.ReadOneByOne();
    }

    [Theory]
    [InlineData(UrbStatus.Ok)]
    [InlineData(UrbStatus.Unlinked)]
    public void A_port_is_told_to_forget_when_nothing_that_was_read_before_can_come_any_more(UrbStatus status)
    {
        _adapter.BeginReadingAhead();
        _adapter.BeginClosing();

        var reset = _adapter.Kernel.SubmitOut(0, [], Reset);
        _adapter.Send(status: status);
        _adapter.AnswerUnlinks(SerialAdapterRig.Depth + 1);
        _adapter.Conclude(reset);

        _adapter.Post();
        _adapter.Send(101);
        _adapter.Kernel.Receive()!.Data.Should().Equal(1, 0x60, 101);
    }

    [Fact]
    public void A_program_s_request_with_data_reaches_the_host_whole_whatever_it_means()
    {
        _adapter.BeginReadingAhead();

        var request = _adapter.Kernel.SubmitOut(0, [1, 2, 3], Reset with { Length = 3 });

        var seen = _adapter.Host.Receive()!;
        seen.Seqnum.Should().Be(request, "the host would take data without its header for the next request");
        seen.Data.Should().Equal(1, 2, 3);
    }

    [Fact]
    public void A_driver_that_gives_up_telling_a_port_to_forget_gets_its_unlink_answered()
    {
        _adapter.BeginReadingAhead();
        _adapter.BeginClosing();
        var reset = _adapter.Kernel.SubmitOut(0, [], Reset);

        var unlink = _adapter.Kernel.Unlink(reset);

        var reply = _adapter.Kernel.Receive()!;
        (reply.Seqnum, reply.Status).Should().Be((unlink, UrbStatus.Unlinked));
        _adapter.AnswerUnlinks(SerialAdapterRig.Depth + 1);
        _adapter.Exchange(SerialAdapterRig.Latency); // the host never hears of the other
    }

    [Fact]
    public void What_cancelled_reads_brought_keeps_its_order_whichever_the_host_answers_first()
    {
        _adapter.BeginReadingAhead();
        _adapter.BeginClosing();
        _adapter.SendSwapped();
        _adapter.AnswerUnlinks(SerialAdapterRig.Depth + 1);

        for (byte expected = 5; expected <= 6; expected++)
        {
            _adapter.Read();
            _adapter.Kernel.Receive()!.Data.Should().Equal(1, 0x60, expected);
        }
    }

    private void Replug(ushort vendor, ushort product, byte[]? interfaces = null)
    {
        _adapter.Dispose();
        _adapter = new SerialAdapterRig(vendor, product, interfaces);
    }
}
