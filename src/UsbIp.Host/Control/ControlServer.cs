using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using UsbIp.Host.Interop;
using UsbIp.Host.Service;
using UsbIp.Shared;

namespace UsbIp.Host.Control;

/// <summary>
/// Answers on the control socket: who may connect, how many at once; each connection is a <see cref="ControlSession"/>. The file is the
/// caller's, who disposes it after <see cref="RunAsync"/> has returned.
/// </summary>
internal sealed class ControlServer(
    ControlSocketFile file, ControlOperations operations, ControlLimits limits, TimeProvider time, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<ControlServer>();
    private readonly LoopPulse _pulse = new();
    private readonly Lock _gate = new();
    private readonly List<(uint UserId, bool MayControl, Task Session)> _sessions = [];

    /// <summary>Serves until <paramref name="stop"/>; returns when every connection is closed.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await AcceptLoop.RunAsync(AcceptAsync, _pulse, socket => Admit(socket, stop), _logger.ControlAcceptFailed, stop);
        Task[] sessions;
        lock (_gate)
        {
            sessions = [.. _sessions.Select(entry => entry.Session)];
        }

        await Task.WhenAll(sessions);
    }

    /// <summary>Completes when the accept loop has come round once more.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="patience"/> was over before.</exception>
    public Task PassAsync(CancellationToken patience) => _pulse.PassAsync(patience);

    private Task<Socket?> AcceptAsync(CancellationToken stop) => Task.Factory.StartNew(
        () => LocalAccept.Run(file.Socket, stop), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Admit(Socket socket, CancellationToken stop)
    {
        var peer = PeerCredentials.Of(socket);
        var mayControl = peer.MayControl(UserAccess.EffectiveUserId, file.AdminGroup);
        lock (_gate)
        {
            _sessions.RemoveAll(entry => entry.Session.IsCompleted);
            if (Refusal(peer, mayControl) is { } refusal)
            {
                _logger.ControlRefused(peer.ProcessId, peer.UserId, refusal.Message);
                Refuse(socket, refusal);
                return;
            }

            _logger.ControlConnected(peer.ProcessId, peer.UserId);
            var session = new ControlSession(socket, peer, mayControl, operations, limits, time, _logger);
            _sessions.Add((peer.UserId, mayControl, session.RunAsync(stop)));
        }
    }

    private ErrorBody? Refusal(PeerCredentials peer, bool mayControl)
    {
        var ofUser = _sessions.Count(entry => entry.UserId == peer.UserId);
        var isFull = _sessions.Count >= limits.MaxClients
            || (peer.UserId != 0 && ofUser >= limits.MaxClientsPerUser)
            || (!mayControl && _sessions.Count(entry => !entry.MayControl) >= limits.MaxOnlookers);
        return isFull
            ? new ErrorBody(
                (int)ExitCode.Busy,
                $"The daemon has {_sessions.Count} control connections, {ofUser} of them of user {peer.UserId}, and takes no more.",
                "again in a moment")
            : null;
    }

    /// <summary>Says why, as far as that can be done without waiting for the peer.</summary>
    private static void Refuse(Socket socket, ErrorBody refusal)
    {
        using (socket)
        {
            try
            {
                socket.Blocking = false;
                if (socket.Available > 0)
                {
                    socket.Receive(new byte[ControlRecords.ReceiveSize]); // closing with bytes unread would take our answer back
                }

                foreach (var record in ControlRecords.Write(
                    ControlKind.Error, ControlOpcode.Hello, 0, refusal, ControlJson.Default.ErrorBody))
                {
                    socket.Send(record);
                }
            }
            catch (SocketException)
            {
                // gone already
            }
        }
    }
}
