using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using UsbIp.Client.Remote;

namespace UsbIp.HostileHost;

/// <summary>A USB/IP server that grants every import and then sends wrong replies: which ones, the busid says that is imported.</summary>
internal sealed class HostileServer
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentDictionary<string, int> _wrongReplies = new();

    /// <param name="port">Where to listen; 0 takes any.</param>
    public HostileServer(int port)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen();
        Address = new HostAddress("127.0.0.1", ((IPEndPoint)_listener.LocalEndPoint!).Port);
    }

    public HostAddress Address { get; }

    /// <summary>Replies to the attack's clients that were not what they should have been.</summary>
    public int WrongReplies(string busId) => _wrongReplies.GetValueOrDefault(busId);

    /// <summary>Serves as long as the process lives, each client on a thread of its own.</summary>
    public void Run()
    {
        while (true)
        {
            var client = _listener.Accept();
            new Thread(() => Serve(client)) { IsBackground = true, Name = "session" }.Start();
        }
    }

    private void Serve(Socket client)
    {
        using var session = new HostileSession(client, Count);
        session.Run();
    }

    private void Count(string busId) => _wrongReplies.AddOrUpdate(busId, 1, (_, count) => count + 1);
}
