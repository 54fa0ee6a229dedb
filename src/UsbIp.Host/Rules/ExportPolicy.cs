namespace UsbIp.Host.Rules;

/// <summary>How a device is shared among clients.</summary>
/// <param name="IdleRelease">A session that moves nothing for so long is ended; null for never.</param>
/// <param name="MayBeTakenOver">Whether a client that asks for it gets the device from the one that holds it.</param>
public sealed record ExportPolicy(TimeSpan? IdleRelease = null, bool MayBeTakenOver = false)
{
    /// <summary>For how long a client that keeps its device attached is asked to leave it alone after it was taken away: until then others may have it.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromMinutes(1);

    /// <summary>What two rules for one device come to: the shorter time, and taking over where either lets it.</summary>
    public ExportPolicy And(ExportPolicy other) => new(
        IdleRelease is { } one && other.IdleRelease is { } another ? TimeSpan.FromTicks(Math.Min(one.Ticks, another.Ticks)) : IdleRelease ?? other.IdleRelease,
        MayBeTakenOver || other.MayBeTakenOver);

    /// <summary>As the options say it, each with a blank before it; empty where nothing is special.</summary>
    public override string ToString() =>
        $"{(IdleRelease is { } time ? $" idle-release {DurationText.Written(time)}" : "")}{(MayBeTakenOver ? " allow-take-over" : "")}";
}
