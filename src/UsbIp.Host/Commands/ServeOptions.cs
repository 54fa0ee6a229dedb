using UsbIp.Host.Control;

namespace UsbIp.Host.Commands;

/// <summary>What a daemon is to do from its start.</summary>
public sealed record ServeOptions
{
    public IReadOnlyList<ListenAddress> Listen { get; init; } = ListenAddress.Default;

    /// <summary>Busids of devices to export at once.</summary>
    public IReadOnlyList<string> Exports { get; init; } = [];

    /// <summary>Whether they are exported also where this machine uses them.</summary>
    public bool Force { get; init; }

    /// <summary>How they are shared; null for as usual.</summary>
    public ShareRequest? Sharing { get; init; }

    /// <summary>Whether they are remembered as rules.</summary>
    public bool Keep { get; init; }

    /// <summary>What moves the data of the machine's own devices.</summary>
    public BackendKind Backend { get; init; } = BackendKind.LibUsb;

    /// <summary>Virtual devices to make, and to export at once.</summary>
    public IReadOnlyList<string> VirtualDevices { get; init; } = [];
}
