using System.Text.Json.Serialization;

namespace UsbIp.Host.Control;

/// <summary>One line of <c>usbip-host watch --json</c>, and one event record of the control socket.</summary>
/// <param name="Event">snapshot, overflow, plugged, unplugged, exported, unexported, attached, released, refused or error.</param>
/// <param name="Time">When it happened.</param>
public sealed record HostEvent(string Event, DateTimeOffset Time)
{
    public const string Snapshot = "snapshot";
    public const string Overflow = "overflow";

    /// <summary>Which device; null for a snapshot and an overflow.</summary>
    public string? BusId { get; init; }

    /// <summary>The device right after it; null where there is none of that busid.</summary>
    public DeviceStatus? Device { get; init; }

    /// <summary>Who attached it, released it or was refused.</summary>
    public string? Client { get; init; }

    /// <summary>Why, as a clause.</summary>
    public string? Reason { get; init; }

    /// <summary>With a snapshot: every device of this machine.</summary>
    public IReadOnlyList<DeviceStatus>? Devices { get; init; }

    /// <summary>With an overflow: how many events were lost. A snapshot follows.</summary>
    public long? Lost { get; init; }
}

/// <summary>The JSON of events, made at build time. What is null is left out: a line is read by people too.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(HostEvent))]
internal sealed partial class EventJson : JsonSerializerContext;
