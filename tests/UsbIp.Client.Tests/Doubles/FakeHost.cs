using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using UsbIp.Client.Remote;
using UsbIp.Protocol;
using UsbIp.TestKit;

namespace UsbIp.Client.Tests.Doubles;

/// <summary>
/// A USB/IP server on a loopback port, one thread per connection: one that keeps to the protocol, for a list of devices, or one that answers
/// every request with the bytes that a test gives it.
/// </summary>
internal sealed class FakeHost : IDisposable
{
    private readonly TcpListener _listener;
    private readonly Action<FakeHost, NetworkStream, byte[]> _answer;
    private readonly List<Socket> _sockets = [];
    private readonly List<Thread> _threads = [];
    private readonly ConcurrentQueue<string> _imported = new();

    private FakeHost(Action<FakeHost, NetworkStream, byte[]> answer, int port = 0)
    {
        _answer = answer;
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Start(Accept);
    }

    public HostAddress Address => new("127.0.0.1", ((IPEndPoint)_listener.LocalEndpoint).Port);

    /// <summary>How many clients have come.</summary>
    public int Connections
    {
        get
        {
            lock (_sockets)
            {
                return _sockets.Count;
            }
        }
    }

    /// <summary>What was asked for, in its order.</summary>
    public IReadOnlyCollection<string> Imported => _imported;

    /// <summary>Serves these devices; URBs go to the handler, which may be called on several threads.</summary>
    public static FakeHost Serving(IReadOnlyList<ListedDevice> devices, Action<RawHost, DeviceRecord>? session = null, int port = 0) => new(
        (self, stream, request) => self.Serve(devices, session, stream, request), port);

    /// <summary>Does with each connection, and the eight bytes of its request, what a test wants.</summary>
    public static FakeHost Conversing(Action<NetworkStream, byte[]> answer) => new((_, stream, request) => answer(stream, request));

    /// <summary>Answers whatever is asked with these bytes and closes.</summary>
    public static FakeHost Answering(byte[] bytes) => new((_, stream, _) => stream.Write(bytes));

    public static FakeHost Refusing(OperationStatus status)
    {
        var bytes = new byte[OperationHeader.Size];
        ImportReply.WriteRefusal(bytes, status);
        return Answering(bytes);
    }

    public static FakeHost Granting(DeviceRecord device)
    {
        var bytes = new byte[ImportReply.Size];
        ImportReply.WriteGrant(bytes, device);
        return Answering(bytes);
    }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Dispose());
        }

        Thread[] threads;
        lock (_threads)
        {
            threads = [.. _threads];
        }

        Array.ForEach(threads, thread => thread.Join());
    }

    private void Serve(IReadOnlyList<ListedDevice> devices, Action<RawHost, DeviceRecord>? session, NetworkStream stream, byte[] request)
    {
        if (OperationHeader.Read(request).Code == OperationCode.DeviceListRequest)
        {
            stream.Write(DeviceList.Write(devices));
            return;
        }

        var body = new byte[ImportRequest.Size - OperationHeader.Size];
        stream.ReadExactly(body);
        var busId = ImportRequest.ReadBody(body).BusId;
        _imported.Enqueue(busId.ToString());
        var reply = new byte[ImportReply.Size];
        if (devices.FirstOrDefault(device => device.Device.BusId == busId) is not { } found)
        {
            ImportReply.WriteRefusal(reply, OperationStatus.NoDevice);
            stream.Write(reply, 0, OperationHeader.Size);
            return;
        }

        ImportReply.WriteGrant(reply, found.Device);
        stream.Write(reply);
        using var host = new RawHost(stream.Socket);
        session?.Invoke(host, found.Device);
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var socket = _listener.AcceptSocket();
                lock (_sockets)
                {
                    _sockets.Add(socket);
                }

                Start(() => Serve(socket));
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }

    private void Serve(Socket socket)
    {
        try
        {
            using var stream = new NetworkStream(socket, ownsSocket: true);
            var request = new byte[OperationHeader.Size];
            stream.ReadExactly(request);
            _answer(this, stream, request);
            socket.Shutdown(SocketShutdown.Send);
            while (stream.Read(request) > 0)
            {
                // What the client still has to say; closing with it unread would reset the connection.
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or SocketException)
        {
            // The client went away.
        }
    }

    private void Start(Action run)
    {
        var thread = new Thread(() => run());
        lock (_threads)
        {
            _threads.Add(thread);
        }

        thread.Start();
    }
}
