using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Host.Service;
using UsbIp.Host.Session;

namespace UsbIp.Host.Server;

/// <summary>
/// Listens and gives each connection its thread. Accepting is asynchronous, everything behind it synchronous: see
/// <see cref="RequestReader"/>. When <see cref="RunAsync"/> returns, every session has ended and every device was given back.
/// </summary>
public sealed class UsbIpServer(DeviceRegistry registry, ServerOptions options, ILoggerFactory loggers) : IDisposable
{
    private readonly ILogger _log = loggers.CreateLogger<UsbIpServer>();
    private readonly SharedBudget _allSessions = new(options.Session.MaxBytesOfAllSessions);
    private readonly List<(Socket Socket, LoopPulse Pulse)> _listeners = [];
    private readonly Lock _gate = new();
    private readonly HashSet<Connection> _connections = [];
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _unimported;
    private bool _stopping;

    /// <summary>Connections of every kind.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_gate)
            {
                return _connections.Count;
            }
        }
    }

    /// <summary>Bytes that URBs of all sessions hold in flight.</summary>
    public long BytesInFlight => _allSessions.Bytes;

    /// <summary>Begins to listen; returns the endpoint with its port, for those who asked for port 0. Call before <see cref="RunAsync"/>.</summary>
    /// <exception cref="SocketException">The address cannot be listened on.</exception>
    public IPEndPoint Listen(IPEndPoint endpoint)
    {
        var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (endpoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                listener.DualMode = false; // IPv4 has a listener of its own, so that each address is exactly what was asked for
            }

            listener.Bind(endpoint);
            listener.Listen(128);
        }
        catch (SocketException)
        {
            listener.Dispose();
            throw;
        }

        return Listen(listener);
    }

    /// <summary>Accepts from a socket that listens already; owned from now on. Call before <see cref="RunAsync"/>.</summary>
    public IPEndPoint Listen(Socket listener)
    {
        _listeners.Add((listener, new LoopPulse()));
        var bound = (IPEndPoint)listener.LocalEndPoint!;
        ServerLog.Listening(_log, bound);
        return bound;
    }

    /// <summary>Completes when every accept loop has come round once more.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="patience"/> was over before.</exception>
    public Task PassAsync(CancellationToken patience) => Task.WhenAll(_listeners.Select(listener => listener.Pulse.PassAsync(patience)));

    /// <summary>Serves until <paramref name="stop"/>, then ends every session and waits until their devices are back.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            var accepting = _listeners.Select(listener => (Func<CancellationToken, Task>)(token => AcceptLoop.RunAsync(
                async stopped => await listener.Socket.AcceptAsync(stopped), listener.Pulse, Accept, error => ServerLog.AcceptFailed(_log, error), token)));
            await Loops.RunAsync([.. accepting, registry.WatchAsync], stop);
        }
        finally
        {
            await EndSessionsAsync();
        }
    }

    public void Dispose() => _listeners.ForEach(listener => listener.Socket.Dispose());

    private async Task EndSessionsAsync()
    {
        List<Connection> open;
        lock (_gate)
        {
            _stopping = true;
            open = [.. _connections];
            if (open.Count == 0)
            {
                _allEnded.TrySetResult();
            }
        }

        open.ForEach(connection => connection.Stop("the host is stopping"));
        await _allEnded.Task;
        await registry.FinishAsync();
    }

    private void Accept(Socket socket)
    {
        var client = RemoteClient.At(socket.RemoteEndPoint);
        if (Interlocked.Increment(ref _unimported) > options.MaxUnimported)
        {
            Interlocked.Decrement(ref _unimported);
            ServerLog.TooManyConnections(_log, client.Name, options.MaxUnimported);
            socket.Dispose();
            return;
        }

        var counted = 1;
        var connection = new Connection(socket, client, registry, options, _allSessions, loggers.CreateLogger<Connection>())
        {
            Imported = () =>
            {
                if (Interlocked.Exchange(ref counted, 0) == 1)
                {
                    Interlocked.Decrement(ref _unimported);
                }
            },
        };
        lock (_gate)
        {
            _connections.Add(connection);
        }

        var thread = new Thread(() => RunConnection(connection), 256 * 1024) { IsBackground = true, Name = $"client {client.Name}" };
        try
        {
            thread.Start();
        }
        catch (OutOfMemoryException) // the system's or the unit's limit of threads: this client is refused, the others go on
        {
            ServerLog.NoThread(_log, client.Name);
            connection.Imported!();
            socket.Dispose();
            Forget(connection);
        }
    }

    private void RunConnection(Connection connection)
    {
        connection.Run();
        Forget(connection);
    }

    private void Forget(Connection connection)
    {
        lock (_gate)
        {
            _connections.Remove(connection);
            if (_stopping && _connections.Count == 0)
            {
                _allEnded.TrySetResult();
            }
        }
    }
}
