namespace UsbIp.Protocol.Watching;

/// <summary>What happened to a device. The numbers are those of the wire.</summary>
public enum DeviceEventKind : byte
{
    /// <summary>It was plugged into the host.</summary>
    Plugged = 1,

    /// <summary>It was unplugged from the host.</summary>
    Unplugged = 2,

    /// <summary>Clients may import it from now on.</summary>
    Exported = 3,

    /// <summary>Clients may no longer import it.</summary>
    Unexported = 4,

    /// <summary>A client has imported it.</summary>
    Attached = 5,

    /// <summary>The client's session is over, and the next client may have it.</summary>
    Released = 6,

    /// <summary>A client asked for it in vain.</summary>
    Refused = 7,

    /// <summary>Something went wrong with it; the reason says what.</summary>
    Error = 8,
}
