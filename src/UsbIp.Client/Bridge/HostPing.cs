using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>
/// Asks a host that says nothing, while the kernel waits for it, whether it is there, where the import agreed on that (<see cref="Extensions.Heartbeat"/>).
/// A host that has the question and gives no answer is lost: its program has stopped. One whose network is away for a moment does not have it yet, and is
/// left to TCP's own patience; so this is not for hosts behind a tunnel, whose near end acknowledges everything. When the network is back, the host's TCP
/// may not notice for as long again as it was away, since it waits twice as long before each try (RFC 6298, 5.5); and until then the answer is not sent.
/// The patience here is counted in looks, not in time: a pause of this program must not be taken for one of the host's.
/// Used by <see cref="HostWatch"/>, but for <see cref="TakePong"/>, which is called on the thread that reads.
/// </summary>
/// <param name="host">Where the pings go.</param>
/// <param name="hasItAll">Whether the host's machine has acknowledged all that was sent to it.</param>
/// <param name="isAgreed">Whether the host answers pings.</param>
internal sealed class HostPing(HostWriter host, Func<bool> hasItAll, bool isAgreed)
{
    private readonly byte[] _ping = new byte[Heartbeat.Size];
    private uint _asked;
    private uint _answered;
    private bool _isOut;
    private int _looks;
    private int _looksWithHost;
    private int _looksAway;
    private int _longestAway;

    /// <summary>Whether the host answers pings, and so is judged by them alone.</summary>
    public bool IsAgreed => isAgreed;

    /// <summary>The host's answer, on the thread that reads.</summary>
    /// <exception cref="ProtocolException">It was not asked.</exception>
    public void TakePong(uint seqnum)
    {
        if (seqnum <= _answered || seqnum > Volatile.Read(ref _asked))
        {
            throw new ProtocolException($"Pong with seqnum {seqnum}: the host was asked up to {Volatile.Read(ref _asked)}, and has answered {_answered}.");
        }

        _answered = seqnum;
    }

    /// <summary>The host has said something since the last look, or the kernel waits for nothing.</summary>
    public void Rest() => _isOut = false;

    /// <summary>One more look, <see cref="BridgeLimits.WatchInterval"/> after the last, at which the host had still said nothing. True if it is lost.</summary>
    public bool IsLost()
    {
        if (!isAgreed)
        {
            return false;
        }

        var isWithHost = hasItAll();
        if (!_isOut)
        {
            (_isOut, _looks, _looksWithHost, _looksAway, _longestAway) = (true, 0, 0, 0, 0);
        }
        else
        {
            _looks++;
            if (!isWithHost)
            {
                _longestAway = Math.Max(_longestAway, ++_looksAway);
                return false; // the question is still on its way, over a long round trip or a network that is away
            }

            _looksWithHost++;
            _looksAway = 0;
        }

        if (_looks >= BridgeLimits.LooksForPong && (_looksWithHost >= BridgeLimits.LooksWithHost + (2 * _longestAway) || _looks >= BridgeLimits.MostLooks))
        {
            return true;
        }

        // Again, although it has the last one: a network that goes away behind the first question shows by not acknowledging the next.
        Volatile.Write(ref _asked, _asked + 1);
        Heartbeat.WritePing(_ping, _asked);
        _ = host.SendOwn(_ping); // a connection that broke is the reader's to see
        return false;
    }
}
