using System.Globalization;
using UsbIp.Protocol;

namespace UsbIp.Host;

/// <summary>Spans of time between a second and a year, as users write them (<see cref="TimeText"/>) and read them.</summary>
internal static class DurationText
{
    /// <exception cref="CommandException">It is none, or not between a second and a year.</exception>
    public static TimeSpan Parse(string option, string text) => TryParse(text, out var time)
        ? time
        : throw new CommandException(ExitCode.Usage, $"{option} {text}: it takes a time from 1s to 365d.", "a number and s, m, h or d, such as 10m");

    /// <returns>False if it is none, or not between a second and a year.</returns>
    public static bool TryParse(string text, out TimeSpan time)
    {
        var isOne = TimeText.TryParse(text, out var seconds) && IsWithin(seconds);
        time = isOne ? TimeSpan.FromSeconds(seconds) : default;
        return isOne;
    }

    /// <summary>Whether it is from a second to a year.</summary>
    public static bool IsWithin(double seconds) => seconds is >= 1 and <= 365 * 86_400;

    /// <summary>The time as <see cref="Parse"/> reads it, such as 10m.</summary>
    public static string Written(TimeSpan time)
    {
        var unit = TimeText.Units.FirstOrDefault(unit => time.TotalSeconds % unit.Seconds == 0);
        return unit.Seconds > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds / unit.Seconds:0}{unit.Unit}")
            : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s");
    }

    /// <summary>The time in its two largest units, such as 2 h 5 min.</summary>
    public static string Of(TimeSpan time) => time switch
    {
        { TotalDays: >= 1 } => $"{time.Days} d {time.Hours} h",
        { TotalHours: >= 1 } => time.Minutes == 0 ? $"{time.Hours} h" : $"{time.Hours} h {time.Minutes} min",
        { TotalMinutes: >= 1 } => time.Seconds == 0 ? $"{time.Minutes} min" : $"{time.Minutes} min {time.Seconds} s",
        _ => $"{time.Seconds} s",
    };
}
