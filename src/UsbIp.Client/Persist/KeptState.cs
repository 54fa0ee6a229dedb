using System.Text.Json.Serialization;

namespace UsbIp.Client.Persist;

/// <summary>A device that a process keeps attached, as its state file and <c>port --json</c> show it.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="Host">The host, with its port.</param>
/// <param name="Device">The device there, as it was asked for.</param>
/// <param name="RemoteBusId">Its busid there; null while it is waited for.</param>
/// <param name="Port">The port that it is attached to; null while it is waited for.</param>
/// <param name="WaitsFor">Why it is not attached, as a sentence; null while it is.</param>
/// <param name="Since">Since when it is so.</param>
public sealed record KeptState(int ProcessId, string Host, string Device, string? RemoteBusId, int? Port, string? WaitsFor, DateTimeOffset Since)
{
    /// <summary>As whom the process has to run, where its file was somebody else's to write; null where it was not.</summary>
    [JsonIgnore]
    internal uint? Owner { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(KeptState))]
internal sealed partial class KeptJson : JsonSerializerContext;
