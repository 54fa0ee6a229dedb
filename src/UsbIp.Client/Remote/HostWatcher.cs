using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using UsbIp.Protocol;
using UsbIp.Protocol.Watching;

namespace UsbIp.Client.Remote;

/// <summary>
/// A connection over which a host pushes what happens to its devices (OP_REQ_WATCH). Blocks; one thread at a time reads it, any thread disposes it. Hosts
/// of other makers cannot push: <see cref="TryOpen"/> says so.
/// </summary>
public sealed class HostWatcher : IDisposable
{
    /// <summary>A host that says nothing for so long, not even that it is there, is gone.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2.5 * WatchFrameHeader.HeartbeatSeconds);

    private readonly HostAddress _host;
    private readonly CancellationToken _stop;
    private readonly CancellationTokenRegistration _stopping;
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly byte[] _frame = new byte[WatchFrameHeader.MaxLength];

    private HostWatcher(HostAddress host, Socket socket, CancellationToken stop)
    {
        (_host, _socket, _stop) = (host, socket, stop);
        socket.ReceiveTimeout = (int)Silence.TotalMilliseconds;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _stopping = stop.Register(Abort);
    }

    /// <summary>Watches a host, if it can push; else null. Takes two connections: a device list tells whether it can.</summary>
    /// <param name="host">The host.</param>
    /// <param name="stop">Ends connecting, and every <see cref="Read"/>, with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="CommandException">The host cannot be reached, has too many watchers, or answered nonsense.</exception>
    public static HostWatcher? TryOpen(HostAddress host, CancellationToken stop = default)
    {
        using (var asking = HostConnection.Connect(host, stop: stop))
        {
            asking.List();
            if (!asking.ReadOffer().HasFlag(Extensions.Watch))
            {
                return null;
            }
        }

        return Open(host, stop);
    }

    /// <summary>Watches a host that has offered <see cref="Extensions.Watch"/>.</summary>
    /// <inheritdoc cref="TryOpen"/>
    [SuppressMessage("Reliability", "CA2000", Justification = "The watcher owns the socket that it is made of.")]
    public static HostWatcher Open(HostAddress host, CancellationToken stop = default)
    {
        using var connection = HostConnection.Connect(host, stop: stop);
        connection.Watch();
        return new HostWatcher(host, connection.TakeSocket(), stop);
    }

    /// <summary>Waits for what the host tells next.</summary>
    /// <exception cref="CommandException">The host closed, fell silent or broke the protocol; the watcher is of no further use.</exception>
    /// <exception cref="OperationCanceledException">The token given to <see cref="TryOpen"/> was cancelled.</exception>
    public HostNotice Read() => ReadUntil(static () => false)!;

    /// <summary>Waits for what the host tells next, or for the first sign of life after it has been enough; every few seconds there is one.</summary>
    /// <param name="isEnough">Whether the wait has been long enough.</param>
    /// <returns>Null if it has.</returns>
    /// <exception cref="CommandException">The host closed, fell silent or broke the protocol; the watcher is of no further use.</exception>
    /// <exception cref="OperationCanceledException">The token given to <see cref="TryOpen"/> was cancelled.</exception>
    public HostNotice? ReadUntil(Func<bool> isEnough)
    {
        try
        {
            while (true)
            {
                var header = ReadHeader();
                var body = _frame.AsSpan(0, header.Length);
                switch (header.Kind)
                {
                    case WatchFrameKind.Snapshot:
                        return ReadDevices(WatchFrames.ReadNumber(body));
                    case WatchFrameKind.Event:
                        return new DeviceHappening(WatchedEvent.Read(body));
                    case WatchFrameKind.Overflow:
                        return new EventsLost(WatchFrames.ReadNumber(body));
                    case WatchFrameKind.Device:
                        throw new ProtocolException("Watch frame: a device came outside of a snapshot.");
                    default: // it is there, or it tells what this program does not know
                        if (isEnough())
                        {
                            return null;
                        }

                        break;
                }
            }
        }
        catch (ProtocolException error)
        {
            throw new CommandException(ExitCode.ProtocolError, $"{_host} broke the protocol: {error.Message}", cause: error);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            _stop.ThrowIfCancellationRequested();
            throw Ended(error);
        }
    }

    public void Dispose()
    {
        _stopping.Dispose();
        Abort(); // wakes a reader on another thread
        _stream.Dispose();
    }

    private DevicesStand ReadDevices(uint count)
    {
        if (count > ProtocolLimits.MaxListedDevices)
        {
            throw new ProtocolException($"Watch frame: a snapshot of {count} devices exceeds the limit of {ProtocolLimits.MaxListedDevices}.");
        }

        var devices = new List<WatchedDevice>(); // grows as they arrive: the count alone is only a claim
        while (devices.Count < count)
        {
            var header = ReadHeader();
            if (header.Kind != WatchFrameKind.Device)
            {
                throw new ProtocolException($"Watch frame: kind {(byte)header.Kind} came inside a snapshot.");
            }

            devices.Add(WatchedDevice.Read(_frame.AsSpan(0, header.Length)));
        }

        return new DevicesStand(devices);
    }

    /// <summary>The next frame's header, its body in the buffer.</summary>
    private WatchFrameHeader ReadHeader()
    {
        Span<byte> bytes = stackalloc byte[WatchFrameHeader.Size];
        _stream.ReadExactly(bytes);
        var header = WatchFrameHeader.Read(bytes);
        _stream.ReadExactly(_frame.AsSpan(0, header.Length));
        return header;
    }

    private CommandException Ended(Exception error) =>
        error.InnerException is SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock }
            ? new CommandException(
                ExitCode.Network, $"{_host} has said nothing for {Silence.TotalSeconds:0} s, so it is gone.", $"check that {_host.Host} is up.", error)
            : new CommandException(ExitCode.Network, $"{_host} ended the watching: it closed the connection, or was lost.", "again in a moment.", error);

    private void Abort()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The host was faster, or it is over.
        }
    }
}
