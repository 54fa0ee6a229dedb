using UsbIp.Client.Bridge;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>A bridge with a serial adapter at its far side: what is posted there, and what comes to the port.</summary>
internal sealed class SerialAdapterRig : IDisposable
{
    public const byte Endpoint = 1;
    public const int Length = 512;

    /// <summary>How many reads the bridge posts itself.</summary>
    public const int Depth = 64;

    private readonly BridgeRig _rig;
    private readonly Queue<uint> _posted = new();
    private byte _come;

    public SerialAdapterRig(ushort vendor, ushort product, byte[]? interfaces = null)
    {
        _rig = new BridgeRig(new BridgeOptions(ReadAhead: true), BridgeRig.Device with { VendorId = vendor, ProductId = product });
        _rig.Configure(interfaces ?? Port);
    }

    public static byte[] Port => [9, 4, 0, 0, 2, 0xFF, 0xFF, 0xFF, 2, 7, 5, 0x80 | Endpoint, 2, 64, 0, 0, 7, 5, 2, 2, 64, 0, 0];

    /// <summary>A request that resets nothing: FTDI's latency timer.</summary>
    public static SetupPacket Latency => new(0x40, 9, 16, 1, 0);

    public RawKernel Kernel => _rig.Kernel;

    public RawHost Host => _rig.Host;

    public uint OldestPosted => _posted.Peek();

    public void Dispose() => _rig.Dispose();

    /// <inheritdoc cref="BridgeRig.Exchange"/>
    public void Exchange(SetupPacket setup) => _rig.Exchange(setup);

    /// <inheritdoc cref="BridgeRig.Conclude"/>
    public void Conclude(uint request) => _rig.Conclude(request);

    /// <summary>The kernel reads; whether the host sees that is the bridge's matter.</summary>
    public uint Read() => Kernel.SubmitIn(Endpoint, Length);

    /// <summary>The kernel reads, and the host sees that.</summary>
    public void Post()
    {
        var seqnum = Read();
        Host.Receive()!.Seqnum.Should().Be(seqnum);
        _posted.Enqueue(seqnum);
    }

    /// <summary>A byte comes to the port, the next one if it isn't said which; two bytes of the chip's state are before it. The oldest read takes it.</summary>
    public void Send(byte? what = null, UrbStatus status = UrbStatus.Ok)
    {
        _come = what ?? (byte)(_come + 1);
        byte[] data = [1, 0x60, _come];
        Host.Reply(_posted.Dequeue(), status, data.Length, data);
    }

    public void ReadOneByOne()
    {
        for (var read = 0; read < 10; read++)
        {
            Post();
            Send();
            Kernel.Receive();
        }

        Exchange(Latency); // nothing of the bridge's own is between
    }

    /// <summary>Every read reaches the host when the driver posts it, and no other does.</summary>
    public void ReadTwoAtATime(byte endpoint)
    {
        Kernel.SubmitIn(endpoint, Length);
        for (var read = 0; read < 10; read++)
        {
            var next = Kernel.SubmitIn(endpoint, Length);
            var posted = Host.Receive()!.Seqnum;
            posted.Should().BeLessThan(next, "it was posted before");
            Host.ReplyWith(posted, [1]);
            Kernel.Receive();
        }

        Host.Receive()!.Seqnum.Should().BeLessThan(int.MaxValue, "it is the kernel's");
        Exchange(Latency);
    }

    /// <summary>Two reads, each posted again as soon as it is answered, until the bridge posts its own; then the driver's last two are answered.</summary>
    public void BeginReadingAhead()
    {
        Post();
        Post();
        for (var answered = 0; answered < 2; answered++)
        {
            Send();
            Kernel.Receive();
            Post();
        }

        for (var own = 0; own < Depth; own++)
        {
            var read = Host.Receive()!;
            read.Submit.Should().Match<SubmitRequest>(request => request.BufferLength == Length && request.Seqnum > int.MaxValue);
            _posted.Enqueue(read.Seqnum);
        }

        for (var answered = 0; answered < 2; answered++)
        {
            Send();
            Kernel.Receive();
        }
    }

    /// <summary>The driver cancels its reads; before the host knows, one more byte has come.</summary>
    public void Close(UrbStatus status = UrbStatus.Ok)
    {
        BeginClosing();
        Send(status: status);
        AnswerUnlinks(Depth + 1);
    }

    /// <summary>The driver cancels its reads; what the bridge cancels then, the host has still to let go of.</summary>
    public void BeginClosing()
    {
        var last = Read();
        _posted.Enqueue(Host.Receive()!.Seqnum); // the bridge keeps its lead
        var unlink = Kernel.Unlink(last);
        Kernel.Receive()!.Seqnum.Should().Be(unlink);
    }

    /// <summary>The oldest read is answered after the one behind it, as one is that the host was just cancelling.</summary>
    public void SendSwapped()
    {
        var late = _posted.Dequeue();
        _come++;
        Host.Reply(_posted.Dequeue(), UrbStatus.Ok, 3, [1, 0x60, (byte)(_come + 1)]);
        Host.Reply(late, UrbStatus.Unlinked, 3, [1, 0x60, _come]);
        _come++;
    }

    /// <summary>What the bridge cancels has not been answered, but for what was answered before the host knew.</summary>
    public void AnswerUnlinks(int count)
    {
        for (var own = 0; own < count; own++)
        {
            var unlink = Host.Receive()!;
            unlink.IsUnlink.Should().BeTrue();
            Host.ReplyUnlink(unlink.Seqnum, _posted.Contains(unlink.Unlink.TargetSeqnum) ? UrbStatus.Unlinked : UrbStatus.Ok);
        }

        _posted.Clear();
    }
}
