using System.Text.Json.Serialization;
using UsbIp.Client.Persist;

namespace UsbIp.Client.Commands;

/// <summary>A device of <c>list --json</c>. Only a host of ours tells serial numbers and aliases.</summary>
public sealed record DeviceView(
    string BusId,
    uint BusNumber,
    uint DeviceNumber,
    string Speed,
    string VendorId,
    string ProductId,
    string? Vendor,
    string? Product,
    string DeviceClass,
    string? ClassName,
    string Path,
    IReadOnlyList<string> Interfaces,
    string? Serial,
    IReadOnlyList<string> Aliases,
    string? Holder,
    DateTimeOffset? HeldSince);

/// <summary>The result of <c>list --json</c>.</summary>
public sealed record DeviceListView(string Host, IReadOnlyList<DeviceView> Devices);

/// <summary>An attachment of <c>port --json</c> and <c>attach --json</c>. The host and the remote busid are null where no state file tells them.</summary>
public sealed record AttachmentView(
    int Port,
    string State,
    string Speed,
    string? Host,
    string? RemoteBusId,
    uint RemoteBusNumber,
    uint RemoteDeviceNumber,
    string? LocalBusId,
    string? VendorId,
    string? ProductId,
    string? Product,
    IReadOnlyList<string> Nodes);

/// <summary>The result of <c>port --json</c>: what is attached, and what processes keep attached or wait for.</summary>
public sealed record AttachmentListView(IReadOnlyList<AttachmentView> Ports, IReadOnlyList<KeptState> Kept);

/// <summary>The result of <c>detach --json</c>: the ports that were freed, and what is no longer waited for.</summary>
public sealed record DetachedView(IReadOnlyList<int> Detached, IReadOnlyList<KeptState> Ended);

/// <summary>The result of <c>inspect --json</c>; descriptors are hexadecimal bytes.</summary>
public sealed record InspectionView(
    string Host,
    string BusId,
    string Speed,
    string VendorId,
    string ProductId,
    string Manufacturer,
    string Product,
    string SerialNumber,
    string DeviceDescriptor,
    IReadOnlyList<string> ConfigurationDescriptors);

/// <summary>An attachment that systemd keeps, as <c>service --json</c> shows it; enabled and active are systemd's words.</summary>
public sealed record ServiceView(string Name, string Unit, string Host, string Device, string Options, string Enabled, string Active);

/// <summary>The result of <c>service list --json</c>.</summary>
public sealed record ServiceListView(IReadOnlyList<ServiceView> Attachments);

/// <summary>What a bridge in the background tells the command that started it: the attachment, or an error.</summary>
public sealed record BridgeReport(AttachmentView? Attachment, ExitCode ExitCode, string? Error, string? Hint, string? Remark)
{
    /// <summary>What the bridge waits for; other reports follow.</summary>
    public string? Progress { get; init; }

    /// <summary>What the bridge keeps attached, or waits for; null if it does not.</summary>
    public KeptState? Kept { get; init; }
}

/// <summary>Serialisers made at compile time: reflection would cost start-up time, and trimming forbids it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DeviceListView))]
[JsonSerializable(typeof(AttachmentListView))]
[JsonSerializable(typeof(DetachedView))]
[JsonSerializable(typeof(InspectionView))]
[JsonSerializable(typeof(BridgeReport))]
[JsonSerializable(typeof(AttachmentView))]
[JsonSerializable(typeof(ServiceView))]
[JsonSerializable(typeof(ServiceListView))]
public sealed partial class JsonViews : JsonSerializerContext;
