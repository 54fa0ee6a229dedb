using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using UsbIp.Client.Bridge;
using UsbIp.Client.Bridge.Ahead;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Bridge;

/// <summary>Whatever a host sends: what reaches the kernel is what it waits for, well-formed, or the end of the stream.</summary>
public sealed class ReplyFuzzTests
{
    [Fact]
    public void Twenty_thousand_random_conversations_never_harm_the_kernel()
    {
        var forwarded = 0;
        var ended = 0;
        for (var seed = 0; seed < 20_000; seed++)
        {
            var conversation = new Conversation(seed);
            ended += conversation.Run() ? 0 : 1;
            forwarded += conversation.Forwarded;
        }

        forwarded.Should().BeGreaterThan(20_000, "the fuzzer must not only make nonsense");
        ended.Should().BeGreaterThan(2_000, "the fuzzer must not only make sense");
    }

    [Fact]
    public void Three_hundred_random_hosts_on_real_sockets_never_harm_the_kernel()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            using var rig = new BridgeRig();
            var host = new RandomHost(seed);
            for (var seqnum = 1u; seqnum <= 8; seqnum++)
            {
                var (request, packets) = host.MakeRequest(seqnum);
                var data = new byte[request.Direction == UrbDirection.Out ? request.BufferLength : 0];
                rig.Kernel.Send(rig.Kernel.Compose(request.Direction, request.Endpoint, request.BufferLength, data, packets, default));
                rig.Host.Receive();
            }

            SendInPieces(rig.Host, host);

            while (rig.Kernel.Receive() is not null) // throws for whatever would have harmed a real kernel
            {
            }

            rig.End().IsClean.Should().BeFalse();
        }
    }

    private static void SendInPieces(RawHost host, RandomHost random)
    {
        try
        {
            for (var reply = 0; reply < 12; reply++)
            {
                var bytes = random.MakeReply().AsSpan();
                while (!bytes.IsEmpty)
                {
                    var piece = Math.Min(bytes.Length, 1 + random.Next(200));
                    host.Send(bytes[..piece]);
                    bytes = bytes[piece..];
                }
            }

            host.CloseSending();
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // The bridge has ended the session, as it may.
        }
    }

    /// <summary>The shield and the model of the kernel, without sockets and threads between them.</summary>
    private sealed class Conversation(int seed)
    {
        private readonly RandomHost _host = new(seed);
        private readonly ManualTime _time = new();
        private readonly KernelModel _kernel = new();

        public int Forwarded { get; private set; }

        /// <summary>False if the shield ended the session.</summary>
        public bool Run()
        {
            var pending = new PendingUrbs(_time);
            var ahead = new ReadAhead(pending, null!, null!, BridgeRig.Device, default); // switched off, it uses neither
            var ping = new HostPing(null!, () => true, isAgreed: true);
            using var answers = new GiveWayAnswers(null!, null, isAgreed: false, BridgeRig.Device.BusId, NullLogger.Instance);
            var shield = new ReplyShield(pending, new EnumerationGuard(BridgeRig.Device), ahead, new LateReplies(_time), ping, answers);
            var seqnum = 1u;
            Submit(pending, seqnum++);
            try
            {
                for (var step = 0; step < 30; step++)
                {
                    switch (_host.Next(6))
                    {
                        case 0:
                            Submit(pending, seqnum++);
                            break;
                        case 1:
                            Unlink(pending, seqnum++);
                            break;
                        case 2:
                            Expire(pending);
                            break;
                        default:
                            Reply(shield);
                            break;
                    }
                }
            }
            catch (ProtocolException)
            {
                return false;
            }

            return true;
        }

        private void Submit(PendingUrbs pending, uint seqnum)
        {
            var (request, packets) = _host.MakeRequest(seqnum);
            var urb = pending.Add(request);
            Span<byte> descriptor = stackalloc byte[IsoPacket.Size];
            foreach (var packet in packets)
            {
                packet.Write(descriptor);
                urb.AddPacket(descriptor);
            }

            pending.Complete(urb);
            _kernel.Submitted(request, packets);
        }

        private void Unlink(PendingUrbs pending, uint seqnum)
        {
            var request = _host.MakeUnlink(seqnum);
            pending.AddUnlink(request);
            _kernel.Unlinked(request.Seqnum, request.TargetSeqnum);
        }

        private void Expire(PendingUrbs pending)
        {
            _time.Advance(TimeSpan.FromMilliseconds(_host.Next(2000)));
            Span<byte> message = stackalloc byte[UnlinkReply.Size];
            while (pending.TryExpireUnlink(out var seqnum, out var status, out _, out _))
            {
                new UnlinkReply(seqnum, status).Write(message);
                _kernel.Accept(message, out _).Should().NotBeNull();
            }
        }

        private void Reply(ReplyShield shield)
        {
            var bytes = _host.MakeReply();
            var verdict = shield.Admit(bytes);
            if (verdict.Kind == VerdictKind.Forward)
            {
                _kernel.Accept(bytes.AsSpan(0, verdict.Size), out var size).Should().NotBeNull();
                size.Should().Be(verdict.Size);
                Forwarded++;
            }
        }
    }
}
