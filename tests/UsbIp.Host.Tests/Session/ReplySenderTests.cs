using System.Net;
using System.Net.Sockets;
using UsbIp.Host.Session;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Host.Tests.Session;

/// <summary>Who waits for the sender is woken when it is done, and who ends it is not kept waiting by a client that reads nothing.</summary>
public sealed class ReplySenderTests : IDisposable
{
    private const int Plenty = 20_000; // more than the sockets on both sides hold
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);

    private readonly Socket _host;
    private readonly Socket _client;
    private readonly ReplyQueue _replies = new(int.MaxValue);
    private readonly ReplySender _sender;

    public ReplySenderTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        _client.Connect(listener.LocalEndPoint!);
        _host = listener.Accept();
        _host.SendBufferSize = 4096;
        _sender = new ReplySender(_host, _replies, _ => { }, _ => { }, Long, "1-1");
    }

    public void Dispose()
    {
        _host.Dispose();
        _client.Dispose();
    }

    [Fact]
    public void Who_waits_until_all_has_left_is_woken_when_it_has()
    {
        Post(Plenty);
        var left = false;
        var waiter = new Thread(() => left = _sender.WaitUntilIdle(Long));
        waiter.Start();
        Eventually.Holds(() => waiter.ThreadState.HasFlag(ThreadState.WaitSleepJoin), "the waiter asleep");

        Read(Plenty);

        waiter.Join(Long / 3).Should().BeTrue("it sleeps for a minute unless it is woken");
        left.Should().BeTrue();
        End();
    }

    [Fact]
    public void Sending_ends_while_another_thread_sends_more_than_the_socket_takes()
    {
        Post(Plenty);
        _sender.Flush(); // the writer exists from here on
        Read(Plenty);
        _sender.WaitUntilIdle(Long).Should().BeTrue();

        using var ready = new Barrier(2);
        var sending = new Thread(() =>
        {
            ready.SignalAndWait();
            Post(Plenty);
            _sender.Flush();
        });
        sending.Start();
        ready.SignalAndWait();
        End();
        sending.Join(Long).Should().BeTrue();
    }

    private void End()
    {
        var ending = new Thread(() =>
        {
            _host.Shutdown(SocketShutdown.Both);
            _sender.Dispose();
        });
        ending.Start();
        ending.Join(Long / 3).Should().BeTrue("nobody reads, and nobody has to");
    }

    private void Post(uint count)
    {
        for (uint seqnum = 1; seqnum <= count; seqnum++)
        {
            _ = _replies.TryPost(Reply.Unlinked(seqnum, UrbStatus.Ok));
        }
    }

    private void Read(int count)
    {
        var reply = new byte[UnlinkReply.Size];
        for (; count > 0; count--)
        {
            for (var come = 0; come < reply.Length;)
            {
                come += _client.Receive(reply.AsSpan(come));
            }
        }
    }
}
