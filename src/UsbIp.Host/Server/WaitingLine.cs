namespace UsbIp.Host.Server;

/// <summary>Who waits for a device, first come, first served. Guarded by the registry's gate.</summary>
internal sealed class WaitingLine
{
    /// <summary>Clients that may wait for one device.</summary>
    private const int MaxWaiting = 32;

    /// <summary>Of them, from one address.</summary>
    private const int MaxOfOneAddress = 8;

    private readonly List<LineTicket> _tickets = [];

    public int Count => _tickets.Count;

    /// <summary>Whether it is this client's turn: it is the first, or there is no line. Null is a client that does not wait.</summary>
    public bool IsTurnOf(LineTicket? ticket) => _tickets.Count == 0 || _tickets[0] == ticket;

    /// <summary>Null if too many wait.</summary>
    /// <param name="client">Who waits.</param>
    /// <param name="isFirst">Before all others rather than behind them: it takes the device from its holder.</param>
    public LineTicket? Join(RemoteClient client, bool isFirst)
    {
        var ticket = new LineTicket(client) { Line = this };
        if (_tickets.Count >= MaxWaiting || _tickets.Count(other => Equals(other.Client.Address, client.Address)) >= MaxOfOneAddress)
        {
            ticket.Dispose();
            return null;
        }

        _tickets.Insert(isFirst ? 0 : _tickets.Count, ticket);
        Renumber();
        return ticket;
    }

    public void Leave(LineTicket ticket)
    {
        if (_tickets.Remove(ticket))
        {
            ticket.Place = 0;
            Renumber();
        }
    }

    /// <summary>To the end: it was to be the first only to take the device from its holder, which keeps it.</summary>
    public void GoBack(LineTicket ticket)
    {
        if (_tickets.Remove(ticket))
        {
            _tickets.Add(ticket);
            Renumber();
        }
    }

    /// <summary>The device may be free, or may be no more.</summary>
    public void WakeAll() => _tickets.ForEach(ticket => ticket.Wake());

    private void Renumber()
    {
        for (var index = 0; index < _tickets.Count; index++)
        {
            _tickets[index].Place = index + 1;
        }

        WakeAll();
    }
}
