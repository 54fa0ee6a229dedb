using System.Diagnostics.CodeAnalysis;

namespace UsbIp.Client.Persist;

/// <summary>
/// How long to wait before the next try: twice as long each time, from 0.2 s to 30 s, and by chance up to half of it less, so that many clients of
/// a host that comes back do not all come at once.
/// </summary>
/// <param name="random">Where chance comes from.</param>
internal sealed class BackOff(Random random)
{
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(0.2);
    public static readonly TimeSpan Most = TimeSpan.FromSeconds(30);

    private TimeSpan _ceiling = Least * 2;

    [SuppressMessage("Security", "CA5394", Justification = "Nobody gains from knowing when a client tries again.")]
    public TimeSpan Next()
    {
        var delay = (_ceiling / 2) + (_ceiling / 2 * random.NextDouble());
        _ceiling = _ceiling * 2 < Most ? _ceiling * 2 : Most;
        return delay;
    }

    /// <summary>A try succeeded: the next wait is a short one.</summary>
    public void Reset() => _ceiling = Least * 2;
}
