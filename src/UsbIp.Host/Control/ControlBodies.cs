using System.Text.Json.Serialization;

namespace UsbIp.Host.Control;

/// <summary>Hello, both ways: who speaks. For logs, and for people who wonder why two versions do not agree.</summary>
public sealed record HelloBody(string Program, string Version);

/// <summary>Asks that a device be exported; with force also where the machine uses it itself, with keep whenever it is plugged in from now on.</summary>
public sealed record ExportRequest(string BusId, bool Force = false, bool Keep = false)
{
    /// <summary>How the device is to be shared, if it is not as before; remembered with the export where that is.</summary>
    public ShareRequest? Sharing { get; init; }
}

/// <summary>Asks that a device be no longer exported; with force also where a client holds it.</summary>
public sealed record UnexportRequest(string BusId, bool Force);

/// <summary>What became of it.</summary>
/// <param name="Changed">False if it was so before.</param>
/// <param name="Device">The device as it is now; null if it is not plugged in.</param>
/// <param name="Rule">The rule that was made of it, or that will export the device again; null if there is none.</param>
public sealed record DeviceReply(bool Changed, DeviceStatus? Device, string? Rule = null);

/// <summary>Asks a virtual keyboard to type; without a busid the only one there is.</summary>
public sealed record TypeRequest(string Text, string? BusId);

/// <summary>Which keyboard typed.</summary>
public sealed record TypeReply(string BusId);

/// <summary>Why a request was not carried out, in the words that the user sees.</summary>
public sealed record ErrorBody(int ExitCode, string Message, string? Hint);

/// <summary>The JSON of the control socket and of --json, made at build time: no reflection, so it trims.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(HelloBody))]
[JsonSerializable(typeof(HostStatus))]
[JsonSerializable(typeof(ExportRequest))]
[JsonSerializable(typeof(UnexportRequest))]
[JsonSerializable(typeof(DeviceReply))]
[JsonSerializable(typeof(TypeRequest))]
[JsonSerializable(typeof(TypeReply))]
[JsonSerializable(typeof(ErrorBody))]
internal sealed partial class ControlJson : JsonSerializerContext;
