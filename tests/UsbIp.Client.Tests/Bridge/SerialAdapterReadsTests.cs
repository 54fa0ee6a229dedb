using UsbIp.Client.Bridge;
using UsbIp.Protocol;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>What is read ahead from a serial adapter with a class of its own, whose driver keeps two reads posted; and from what only looks like one.</summary>
public sealed class SerialAdapterReadsTests : IDisposable
{
    private const ushort Ftdi = 0x0403;
    private const byte Endpoint = 1;
    private const int Length = 512;
    private const int Depth = 64;

    private static readonly byte[] Port = [9, 4, 0, 0, 2, 0xFF, 0xFF, 0xFF, 2, 7, 5, 0x80 | Endpoint, 2, 64, 0, 0, 7, 5, 2, 2, 64, 0, 0];
    private static readonly SetupPacket Open = new(0x40, 0, 0, 1, 0); // FTDI_SIO_RESET_SIO of the first port

    private readonly BridgeRig _rig = Connect(Ftdi);
    private readonly Queue<uint> _posted = new();
    private byte _come;

    public SerialAdapterReadsTests() => _rig.Configure(Port);

    public void Dispose() => _rig.Dispose();

    [Fact]
    public void A_driver_with_two_reads_posted_finds_the_next_bytes_here()
    {
        BeginReadingAhead();
        for (var packet = 0; packet < Depth; packet++)
        {
            Send();
        }

        for (var packet = 0; packet < 20; packet++)
        {
            var seqnum = _rig.Kernel.SubmitIn(Endpoint, Length);
            var read = _rig.Kernel.Receive()!;
            read.Seqnum.Should().Be(seqnum);
            read.Data.Should().Equal([1, 0x60, (byte)(packet + 5)], "what comes to a port comes in order, none of it lost and none twice");
        }
    }

    [Fact]
    public void A_program_that_posts_one_read_at_a_time_is_followed_read_by_read()
    {
        for (var read = 0; read < 10; read++)
        {
            Post();
            Send();
            _rig.Kernel.Receive();
        }

        _rig.Exchange(new SetupPacket(0x40, 2, 0, 1, 0)); // nothing of the bridge's own is between
    }

    [Fact]
    public void A_program_that_reads_anew_after_its_patience_ended_is_followed_read_by_read()
    {
        for (var read = 0; read < 10; read++)
        {
            Post();
            Cancel(_posted.Peek(), meanwhile: () => Send());
        }

        _rig.Exchange(new SetupPacket(0x40, 2, 0, 1, 0));
    }

    [Theory]
    [InlineData(0x1D50, 0xFF)] // a logic analyser: what a capture brought must not begin the next
    [InlineData(Ftdi, 0x0B)]
    public void Other_devices_are_not_read_ahead(ushort vendor, byte interfaceClass)
    {
        using var rig = Connect(vendor);
        var port = Port.ToArray();
        port[5] = interfaceClass;
        rig.Configure(port);
        rig.Kernel.SubmitIn(Endpoint, Length);
        for (var read = 0; read < 10; read++)
        {
            rig.Kernel.SubmitIn(Endpoint, Length);
            rig.Host.ReplyWith(rig.Host.Receive()!.Seqnum, [1]);
            rig.Kernel.Receive();
        }

        rig.Host.Receive()!.Seqnum.Should().BeLessThan(int.MaxValue, "it is the kernel's");
        rig.Exchange(new SetupPacket(0x40, 2, 0, 1, 0));
    }

    [Fact]
    public void What_came_while_the_port_was_being_closed_is_given_to_who_reads_it_next()
    {
        BeginReadingAhead();
        Close();

        _rig.Kernel.SubmitIn(Endpoint, Length);

        _rig.Kernel.Receive()!.Data.Should().Equal(1, 0x60, 5);
    }

    [Fact]
    public void A_port_that_is_reset_as_it_is_opened_starts_with_what_comes_then()
    {
        BeginReadingAhead();
        Close();

        _rig.Exchange(Open);

        Post();
        _come = 100;
        Send();
        _rig.Kernel.Receive()!.Data.Should().Equal(1, 0x60, 101);
    }

    [Fact]
    public void The_reset_of_another_port_of_the_chip_loses_nothing()
    {
        BeginReadingAhead();
        Close();

        _rig.Exchange(new SetupPacket(0x40, 0, 0, 2, 0));

        _rig.Kernel.SubmitIn(Endpoint, Length);
        _rig.Kernel.Receive()!.Data.Should().Equal(1, 0x60, 5);
    }

    [Fact]
    public void A_program_that_takes_the_port_over_and_reads_one_by_one_is_followed_read_by_read()
    {
        BeginReadingAhead();
        Close();
        _rig.Exchange(Open);

        for (var read = 0; read < 10; read++)
        {
            Post();
            Send();
            _rig.Kernel.Receive();
        }

        _rig.Exchange(new SetupPacket(0x40, 2, 0, 1, 0));
    }

    private static BridgeRig Connect(ushort vendor) => new(new BridgeOptions(ReadAhead: true), BridgeRig.Device with { VendorId = vendor });

    /// <summary>The kernel reads, and the host sees that.</summary>
    private void Post()
    {
        var seqnum = _rig.Kernel.SubmitIn(Endpoint, Length);
        _rig.Host.Receive()!.Seqnum.Should().Be(seqnum);
        _posted.Enqueue(seqnum);
    }

    /// <summary>A byte comes to the port; two bytes of the chip's state are before it. The oldest read takes it.</summary>
    private void Send() => _rig.Host.ReplyWith(_posted.Dequeue(), [1, 0x60, ++_come]);

    /// <summary>Two reads, each posted again as soon as it is answered, until the bridge posts its own; then the driver's last two are answered.</summary>
    private void BeginReadingAhead()
    {
        Post();
        Post();
        for (var answered = 0; answered < 2; answered++)
        {
            Send();
            _rig.Kernel.Receive();
            Post();
        }

        for (var own = 0; own < Depth; own++)
        {
            var read = _rig.Host.Receive()!;
            read.Submit.Should().Match<SubmitRequest>(request => request.BufferLength == Length && request.Seqnum > int.MaxValue);
            _posted.Enqueue(read.Seqnum);
        }

        for (var answered = 0; answered < 2; answered++)
        {
            Send();
            _rig.Kernel.Receive();
        }
    }

    /// <summary>The driver cancels its reads; before the host knows, one more byte has come.</summary>
    private void Close()
    {
        var last = _rig.Kernel.SubmitIn(Endpoint, Length);
        _posted.Enqueue(_rig.Host.Receive()!.Seqnum); // the bridge keeps its lead
        var unlink = _rig.Kernel.Unlink(last);
        _rig.Kernel.Receive()!.Seqnum.Should().Be(unlink);
        Send();
        AnswerUnlinks();
    }

    private void Cancel(uint seqnum, Action meanwhile)
    {
        var unlink = _rig.Kernel.Unlink(seqnum);
        meanwhile();
        _rig.Kernel.Receive()!.Seqnum.Should().Be(seqnum);
        _rig.Host.ReplyUnlink(_rig.Host.Receive()!.Seqnum, UrbStatus.Ok);
        _rig.Kernel.Receive()!.Seqnum.Should().Be(unlink);
    }

    /// <summary>What the bridge cancels has not been answered, but for what was answered before the host knew.</summary>
    private void AnswerUnlinks()
    {
        for (var own = 0; own < Depth + 1; own++)
        {
            var unlink = _rig.Host.Receive()!;
            unlink.IsUnlink.Should().BeTrue();
            _rig.Host.ReplyUnlink(unlink.Seqnum, _posted.Contains(unlink.Unlink.TargetSeqnum) ? UrbStatus.Unlinked : UrbStatus.Ok);
        }

        _posted.Clear();
    }
}
