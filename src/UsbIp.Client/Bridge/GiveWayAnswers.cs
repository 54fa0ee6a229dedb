using Microsoft.Extensions.Logging;
using UsbIp.Protocol;
using UsbIp.Shared;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Answers a host that asks whether this client gives its device to another one, where the import agreed on that (<see cref="Extensions.GiveWay"/>). Whether
/// the device is in use is looked up on a thread of the pool, so that what reads the host's replies never waits for it. One question at a time.
/// </summary>
/// <param name="host">Where the answers go.</param>
/// <param name="whyKept">Says why the device is kept, as a clause, or null if it may go; called on a thread of the pool.</param>
/// <param name="isAgreed">Whether the host may ask.</param>
/// <param name="busId">The device, for the log.</param>
/// <param name="logger">Gets one line for each question.</param>
internal sealed class GiveWayAnswers(HostWriter host, Func<string?>? whyKept, bool isAgreed, BusId busId, ILogger logger) : IDisposable
{
    /// <summary>Questions within <see cref="Window"/> that a host may ask; ours asks fewer. Each costs a look at this machine's disks and a line in the log.</summary>
    private const int MaxQuestions = 16;

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly RateWindow _rate = new(Window, TimeProvider.System);
    private readonly Lock _gate = new();
    private uint _asked;
    private bool _isOpen;
    private bool _isDisposed;

    /// <summary>A question comes, on the thread that reads; perhaps not all of it is there yet.</summary>
    /// <exception cref="ProtocolException">The host may not ask, or not now.</exception>
    public void RequireTurn(uint seqnum)
    {
        if (!isAgreed)
        {
            throw new ProtocolException($"Message with seqnum {seqnum}: a question whether the device may go, which was not agreed on at the import.");
        }

        lock (_gate)
        {
            if (_isOpen || seqnum != _asked + 1)
            {
                throw new ProtocolException(
                    $"Message with seqnum {seqnum}: a question whether the device may go, out of turn; the host has asked {_asked}{(_isOpen ? ", and the last is open" : "")}.");
            }
        }
    }

    /// <summary>The whole question, on the thread that reads. Returns at once.</summary>
    /// <param name="seqnum">Its number.</param>
    /// <param name="asker">Who wants the device.</param>
    /// <exception cref="ProtocolException">The host asks too often.</exception>
    public void Take(uint seqnum, string asker)
    {
        lock (_gate)
        {
            (_asked, _isOpen) = (seqnum, true);
            RequireRate(seqnum);
        }

        ThreadPool.UnsafeQueueUserWorkItem(
            static question => question.Answers.Answer(question.Seqnum, question.Asker), (Answers: this, Seqnum: seqnum, Asker: asker), preferLocal: false);
    }

    /// <summary>Waits for an answer that is being sent: afterwards nothing is sent any more.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
        }
    }

    private void RequireRate(uint seqnum)
    {
        if (_rate.Count() > MaxQuestions)
        {
            throw new ProtocolException($"Message with seqnum {seqnum}: more than {MaxQuestions} questions within {Window.TotalSeconds} s whether the device may go.");
        }
    }

    private void Answer(uint seqnum, string asker)
    {
        var reason = Decide();
        if (reason is null)
        {
            Log.GivesWay(logger, busId, asker);
        }
        else
        {
            Log.Keeps(logger, busId, asker, reason);
        }

        Span<byte> message = stackalloc byte[GiveWay.Size];
        GiveWay.WriteAnswer(message, seqnum, reason);
        lock (_gate)
        {
            _isOpen = false; // before it is sent: the host may ask again the moment that it has the answer
            if (!_isDisposed)
            {
                _ = host.SendOwn(message); // a connection that broke is the reader's to see
            }
        }
    }

    /// <summary>A fault of ours must neither take the device from its user nor end the process that serves it.</summary>
    private string? Decide()
    {
        try
        {
            return whyKept?.Invoke();
        }
        catch (Exception error)
        {
            Log.CannotTell(logger, busId, error);
            return "its machine cannot tell whether it is in use";
        }
    }
}
