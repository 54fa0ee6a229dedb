namespace UsbIp.HostileHost;

/// <summary>What must become of a session with one kind of lie in it. In no case may the kernel be the one that ends it: what it objects to had reached it.</summary>
internal enum Outcome
{
    /// <summary>The import is refused: the kernel never hears of the device.</summary>
    Refused,

    /// <summary>The lie is repaired, or means nothing: the session goes on.</summary>
    GoesOn,

    /// <summary>It cannot be repaired: the bridge ends the session.</summary>
    Ends,

    /// <summary>Either is right.</summary>
    Open,
}
