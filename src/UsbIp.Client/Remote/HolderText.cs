using System.Globalization;
using UsbIp.Protocol;

namespace UsbIp.Client.Remote;

/// <summary>Who has a device, in words.</summary>
internal static class HolderText
{
    private const uint LongIdle = 60;

    /// <summary>A clause such as: held by 192.168.1.7:40112 since 14:03, idle for 5 min. Empty where the host did not say who.</summary>
    public static string Of(in ImportDetail detail)
    {
        if (detail.Holder.Length == 0)
        {
            return "";
        }

        var since = DateTimeOffset.FromUnixTimeMilliseconds(detail.HeldSince).ToLocalTime();
        var form = since.Date == DateTime.Today ? "HH:mm" : "yyyy-MM-dd HH:mm";
        return $"held by {detail.Holder} since {since.ToString(form, CultureInfo.InvariantCulture)}{Idle(detail.IdleSeconds)}";
    }

    /// <summary>The same for a client that waits, with its place in the line and what else the host says.</summary>
    public static string OfWait(in ImportDetail detail)
    {
        var place = detail.Place == 0 ? "" : $"place {detail.Place} of {Math.Max(detail.Place, detail.Waiting)} in the line";
        return string.Join("; ", new[] { Of(detail), place, detail.Reason }.Where(part => part.Length > 0));
    }

    private static string Idle(uint seconds) => seconds switch
    {
        < LongIdle => "",
        < 3600 => $", idle for {seconds / 60} min",
        _ => $", idle for {seconds / 3600} h {seconds % 3600 / 60} min",
    };
}
