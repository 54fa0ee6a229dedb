using UsbIp.Devices;

namespace UsbIp.Host.Server;

/// <summary>A device of this machine as it stands right now.</summary>
/// <param name="Info">The device.</param>
/// <param name="Exported">Whether clients may import it.</param>
/// <param name="Holder">Who has imported it, or null.</param>
public sealed record RegisteredDevice(UsbDeviceInfo Info, bool Exported, DeviceHolder? Holder)
{
    /// <summary>Somebody has exported it, so that clients may have it without a rule, if none keeps them from it.</summary>
    public bool IsByHand { get; init; }

    /// <summary>Clients may have it also while this machine uses it.</summary>
    public bool IsForced { get; init; }

    /// <summary>How many clients wait for it.</summary>
    public int Waiting { get; init; }

    /// <summary>The node of an exported device that this process may not open, so that clients are refused it; null if it may, or if nobody has looked.</summary>
    public string? DeniedNode { get; init; }

    /// <summary>The names that it has been given on this machine.</summary>
    public IReadOnlyCollection<string> Aliases { get; init; } = [];
}
