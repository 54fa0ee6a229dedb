namespace UsbIp.Protocol.Watching;

/// <summary>Moments on the wire: milliseconds since 1970 (UTC), 64 bits.</summary>
internal static class WatchTime
{
    /// <summary>The last millisecond of the year 9999, beyond which no calendar goes.</summary>
    private const long Latest = 253_402_300_799_999;

    /// <exception cref="ProtocolException">It is beyond the calendar.</exception>
    public static long Read(ref WireReader wire)
    {
        var milliseconds = wire.U64();
        return milliseconds <= Latest
            ? (long)milliseconds
            : throw new ProtocolException($"Watch frame: the time {milliseconds} exceeds {Latest}, the end of the year 9999.");
    }
}
