using System.Text.Json.Serialization;

namespace UsbIp.Host.Control;

/// <summary>Asks that the session that holds a device be ended, for a reason that both sides log.</summary>
public sealed record KickRequest(string BusId, string? Reason = null);

/// <summary>Who held it.</summary>
public sealed record KickReply(string BusId, string Client);

/// <summary>How a device that is exported is to be shared from now on; what is null stays as it is.</summary>
/// <param name="IdleReleaseSeconds">A session that moves nothing for so long is ended; 0 for never.</param>
/// <param name="MayBeTakenOver">Whether a client that asks for it gets the device from the one that holds it.</param>
public sealed record ShareRequest(double? IdleReleaseSeconds = null, bool? MayBeTakenOver = null);

/// <summary>The JSON of these bodies, made at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(KickRequest))]
[JsonSerializable(typeof(KickReply))]
internal sealed partial class SharingJson : JsonSerializerContext;
