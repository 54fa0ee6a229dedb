using System.Net.Sockets;
using UsbIp.Protocol;
using UsbIp.Shared;

namespace UsbIp.Host.Session;

/// <summary>
/// Asks the client of a session whether it gives its device to another one. One question is out at a time, so whoever asks meanwhile gets the answer to that
/// one. Asked by any thread, which waits for the answer without a lock; answered by the receive loop.
/// </summary>
/// <param name="replies">Where questions go out, behind what is ready to leave.</param>
/// <param name="flush">Sends what is queued there; never waits.</param>
/// <param name="socket">Where it is sent to; null where nothing is.</param>
public sealed class HolderQuestion(ReplyQueue replies, Action flush, Socket? socket = null)
{
    /// <summary>Questions within <see cref="Window"/>. A client looks at its disks for each: who has others asked more often gets no for an answer.</summary>
    private const int MaxQuestions = 10;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly RateWindow _rate = new(Window, TimeProvider.System);
    private readonly Lock _gate = new();
    private TaskCompletionSource<string?>? _open;
    private uint _seqnum;
    private bool _hasBegun;
    private bool _isClosed;

    /// <summary>Whether the client's machine has all that was sent, the question too: from then on its silence means something.</summary>
    public bool HasArrived => socket is null || TcpAcknowledgement.HasAll(socket);

    /// <summary>The client has its import reply: what is asked leaves at once from now on. What was asked before leaves when the receive loop first waits.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _hasBegun = true;
        }
    }

    /// <summary>Asks. Never waits for the client.</summary>
    /// <param name="asker">Who wants the device.</param>
    /// <returns>Completes with why the client keeps the device; with null if it gives way, or if its session ends.</returns>
    public Task<string?> Ask(string asker)
    {
        TaskCompletionSource<string?> open;
        bool leavesNow;
        lock (_gate)
        {
            if (_isClosed || _open is not null)
            {
                return _open?.Task ?? Task.FromResult<string?>(null);
            }

            if (_rate.Count() > MaxQuestions)
            {
                return Task.FromResult<string?>($"it was asked {MaxQuestions} times within {Window.TotalSeconds} s");
            }

            open = _open = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
            replies.TryPost(Reply.Question(++_seqnum, asker)); // refused only when the session ends, and that is an answer too
            leavesNow = _hasBegun;
        }

        if (leavesNow)
        {
            flush();
        }

        return open.Task;
    }

    /// <exception cref="ProtocolException">The client was not asked, or has answered already.</exception>
    public void RequireAsked(uint seqnum)
    {
        lock (_gate)
        {
            if (_open is null || seqnum != _seqnum)
            {
                throw new ProtocolException(
                    $"Message with seqnum {seqnum}: the answer to no question; {_seqnum} were asked{(_open is null ? "" : ", and the last is open")}.");
            }
        }
    }

    /// <summary>The client's answer.</summary>
    /// <param name="reason">Why it keeps the device; null if it gives way.</param>
    public void Answer(string? reason)
    {
        lock (_gate)
        {
            _open?.SetResult(reason);
            _open = null;
        }
    }

    /// <summary>The session ends: nobody holds the device for long any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        Answer(null);
    }
}
