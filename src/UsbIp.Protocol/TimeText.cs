using System.Globalization;

namespace UsbIp.Protocol;

/// <summary>Spans of time as users write them: 30s, 1.5m, 2h, 1d; a number alone is seconds.</summary>
public static class TimeText
{
    /// <summary>The units, the largest first, in seconds.</summary>
    public static IReadOnlyList<(char Unit, double Seconds)> Units { get; } = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

    /// <param name="text">What a user wrote.</param>
    /// <param name="seconds">How many seconds that is; not negative. Which of them make sense is the caller's to say.</param>
    /// <returns>False if it is no time.</returns>
    public static bool TryParse(string text, out double seconds)
    {
        var factor = 1.0;
        var number = text;
        foreach (var (unit, each) in Units)
        {
            if (text.EndsWith(unit))
            {
                (factor, number) = (each, text[..^1]);
            }
        }

        var isNumber = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out seconds);
        seconds *= factor;
        return isNumber && double.IsFinite(seconds); // "Infinity" is a number too
    }
}
