using System.Text.Json.Serialization;

namespace UsbIp.Client.Commands;

/// <summary>A device in a line of <c>watch --json</c>. Holder and since are null where nobody holds it.</summary>
public sealed record WatchedDeviceView(
    string BusId, string VendorId, string ProductId, string? Name, bool Present, bool Exported, string? Holder, DateTimeOffset? Since);

/// <summary>One line of <c>watch --json</c>.</summary>
/// <param name="Event">snapshot, overflow, plugged, unplugged, exported, unexported, attached, released, refused or error.</param>
/// <param name="Host">The host that is watched.</param>
/// <param name="Time">When it happened, by the host's clock; for snapshots and where the host is polled, by this machine's.</param>
public sealed record WatchView(string Event, string Host, DateTimeOffset Time)
{
    /// <summary>The device, and how it stands after the event.</summary>
    public WatchedDeviceView? Device { get; init; }

    /// <summary>Who attached it, released it or was refused.</summary>
    public string? Client { get; init; }

    public string? Reason { get; init; }

    /// <summary>With a snapshot: every exported device.</summary>
    public IReadOnlyList<WatchedDeviceView>? Devices { get; init; }

    /// <summary>With an overflow: how many events were missed.</summary>
    public long? Lost { get; init; }
}

/// <summary>Serialisers made at compile time; what is null is left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WatchView))]
public sealed partial class WatchJson : JsonSerializerContext;
