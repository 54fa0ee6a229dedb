namespace UsbIp.Host.Control;

/// <summary>What a peer on the control socket may cost.</summary>
public sealed record ControlLimits
{
    /// <summary>How long a connection may take to say hello.</summary>
    public TimeSpan HelloWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a peer may take to read one record of an answer.</summary>
    public TimeSpan SendWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections at once.</summary>
    public int MaxClients { get; init; } = 32;

    /// <summary>Connections at once of all users who may only look: they cannot keep the others out.</summary>
    public int MaxOnlookers { get; init; } = 16;

    /// <summary>Connections at once of one user; root has no share to keep to.</summary>
    public int MaxClientsPerUser { get; init; } = 4;

    /// <summary>Requests per second of one connection, and as many at once. What comes faster waits in the socket, at the sender's cost.</summary>
    public int RequestsPerSecond { get; init; } = 20;
}
