using System.Globalization;
using UsbIp.Client.Remote;
using UsbIp.Protocol.Watching;

namespace UsbIp.Client.Commands;

/// <summary>What a host tells a watcher, for people and for programs.</summary>
internal static class WatchLine
{
    /// <summary>The lines for people: one, or for a snapshot one for each device.</summary>
    public static IEnumerable<string> Format(HostNotice notice) => notice switch
    {
        DevicesStand { Devices: [] } => [$"{Clock(DateTimeOffset.Now)} now nothing is exported"],
        DevicesStand stand => stand.Devices.Select(device => $"{Clock(DateTimeOffset.Now)} now {Phrase(device)}{State(device)}"),
        EventsLost lost => [$"{Clock(DateTimeOffset.Now)} missed {lost.Count} events; this is how things stand now:"],
        DeviceHappening { What: var what } => [Format(what)],
        _ => [],
    };

    public static WatchView View(HostAddress host, HostNotice notice) => notice switch
    {
        DevicesStand stand => new WatchView("snapshot", host.ToString(), DateTimeOffset.Now) { Devices = [.. stand.Devices.Select(View)] },
        EventsLost lost => new WatchView("overflow", host.ToString(), DateTimeOffset.Now) { Lost = lost.Count },
        DeviceHappening { What: var what } => new WatchView(DeviceEventNames.Of(what.Kind), host.ToString(), Moment(what.Time))
        {
            Device = View(what.Device),
            Client = NullIfEmpty(what.Client),
            Reason = NullIfEmpty(what.Reason),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(notice)),
    };

    private static string Format(in WatchedEvent what)
    {
        var line = $"{Clock(Moment(what.Time))} {DeviceEventNames.Of(what.Kind)} {Phrase(what.Device)}";
        line += what.Client.Length > 0 ? $" {(what.Kind == DeviceEventKind.Refused ? "to" : "by")} {what.Client}" : "";
        return what.Reason.Length > 0 ? $"{line}: {what.Reason}" : line;
    }

    private static string Phrase(in WatchedDevice device)
    {
        var name = device.Name.Length > 0 ? $" \"{device.Name}\"" : "";
        return device.VendorId == 0 && device.ProductId == 0 ? $"{device.BusId}" : $"{device.BusId}{name} ({device.VendorId:x4}:{device.ProductId:x4})";
    }

    private static string State(in WatchedDevice device) => device switch
    {
        { Holder.Length: > 0 } => $" held by {device.Holder} since {Moment(device.HeldSince).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)}",
        _ when !device.State.HasFlag(WatchedState.Present) => " not plugged in",
        _ => " free",
    };

    private static WatchedDeviceView View(WatchedDevice device) => new(
        device.BusId.ToString(),
        $"{device.VendorId:x4}",
        $"{device.ProductId:x4}",
        NullIfEmpty(device.Name),
        device.State.HasFlag(WatchedState.Present),
        device.State.HasFlag(WatchedState.Exported),
        NullIfEmpty(device.Holder),
        device.HeldSince == 0 ? null : Moment(device.HeldSince));

    private static DateTimeOffset Moment(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToLocalTime();

    private static string Clock(DateTimeOffset time) => time.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
