using System.Globalization;

namespace UsbIp.Host;

/// <summary>Spans of time as users write and read them: 30s, 10m, 2h, 1d; a number alone is seconds.</summary>
internal static class DurationText
{
    private static readonly (char Unit, double Seconds)[] Units = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

    /// <exception cref="CommandException">It is none, or not between a second and a year.</exception>
    public static TimeSpan Parse(string option, string text)
    {
        var unit = Units.FirstOrDefault(unit => text.EndsWith(unit.Unit), (Unit: 's', Seconds: 1));
        var isNumber = double.TryParse(text.TrimEnd(unit.Unit), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
        var seconds = number * unit.Seconds;
        return isNumber && seconds is >= 1 and <= 365 * 86_400
            ? TimeSpan.FromSeconds(seconds)
            : throw new CommandException(ExitCode.Usage, $"{option} {text}: it takes a time from 1s to 365d.", "a number and s, m, h or d, such as 10m");
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
