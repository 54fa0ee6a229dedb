using System.Globalization;
using UsbIp.Client.Remote;
using UsbIp.Protocol.Diagnosis;

namespace UsbIp.Client.Doctor;

/// <summary>
/// What the time to a host and back means for devices. A disk waits for one round trip with each command, of 120 KiB below SuperSpeed and
/// 1 MiB at SuperSpeed (kernel: drivers/usb/storage/scsiglue.c, max_sectors 240 and 2048); a sound card has at most 18 ms of sound under
/// way (kernel: sound/usb/card.h, MAX_QUEUE); a keystroke takes one way.
/// </summary>
internal static class RoundTrip
{
    private const double SlowDiskCommand = 120 * 1024;
    private const double FastDiskCommand = 1024 * 1024;

    /// <summary>Half of what a sound card has under way: the rest is for a network that is not always as fast.</summary>
    private static readonly TimeSpan GoodForAudio = TimeSpan.FromMilliseconds(9);

    private static readonly TimeSpan TooLongForAudio = TimeSpan.FromMilliseconds(18);

    /// <summary>People feel a keyboard that answers later.</summary>
    private static readonly TimeSpan LongForHands = TimeSpan.FromMilliseconds(100);

    /// <param name="host">Whom it was measured to.</param>
    /// <param name="times">Some round trips, one at least.</param>
    public static IEnumerable<Finding> Describe(HostAddress host, IReadOnlyList<TimeSpan> times)
    {
        var best = times.Min();
        var usual = times.Order().ElementAt(times.Count / 2); // one that came late says nothing: this machine may have been busy
        var sentence = $"A round trip to {host} takes {Text(best)} at best and {Text(usual)} usually. Disks: at most about {Rate(SlowDiskCommand, best)}, "
            + $"at SuperSpeed {Rate(FastDiskCommand, best)}. Sound and cameras: {Audio(usual)}. Keyboards and mice: {Hands(best)}.";
        yield return best > TooLongForAudio
            ? Finding.Warning("C-ROUND-TRIP-LONG", sentence, "a cable instead of Wi-Fi, or a host that is nearer; disks, keyboards and serial ports work all the same")
            : Finding.Note("C-ROUND-TRIP", sentence);
        if (usual - best > TooLongForAudio)
        {
            yield return Finding.Warning(
                "C-ROUND-TRIP-UNEVEN",
                $"Of {times.Count} round trips to {host} one took {Text(best)}, but most took {Text(usual)} or more: the network is busy, or loses packets.",
                "a cable instead of Wi-Fi; 'ping' shows whether packets are lost");
        }
    }

    private static string Audio(TimeSpan usual) =>
        usual <= GoodForAudio ? "good" : usual <= TooLongForAudio ? "may crackle" : "will not do";

    private static string Hands(TimeSpan best) => best <= LongForHands ? "good" : "work, with a delay that can be felt";

    private static string Text(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");

    private static string Rate(double bytes, TimeSpan time)
    {
        var megabytes = bytes / 1e6 / Math.Max(time.TotalSeconds, 1e-6);
        return megabytes > 1000 ? "what the device can do" : string.Create(CultureInfo.InvariantCulture, $"{megabytes:0.0} MB/s");
    }
}
