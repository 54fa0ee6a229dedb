using UsbIp.Host.Server;

namespace UsbIp.Host.Control;

/// <summary>Who has imported a device.</summary>
/// <param name="Client">Its address and port.</param>
/// <param name="Since">When it imported the device.</param>
public sealed record HolderStatus(string Client, DateTimeOffset Since)
{
    /// <summary>URBs that have ended in its session.</summary>
    public long Urbs { get; init; }

    /// <summary>Bytes that they moved, both ways.</summary>
    public long Bytes { get; init; }

    /// <summary>Over about the last second.</summary>
    public double UrbsPerSecond { get; init; }

    /// <summary>Over about the last second.</summary>
    public double BytesPerSecond { get; init; }

    /// <summary>How long ago the last URB ended, in seconds.</summary>
    public double IdleSeconds { get; init; }

    internal static HolderStatus From(DeviceHolder holder) => new(holder.Client, holder.Since)
    {
        Urbs = holder.Traffic.Urbs,
        Bytes = holder.Traffic.Bytes,
        UrbsPerSecond = Math.Round(holder.Traffic.UrbsPerSecond, 1),
        BytesPerSecond = Math.Round(holder.Traffic.BytesPerSecond, 1),
        IdleSeconds = Math.Round(holder.Traffic.Idle.TotalSeconds, 1),
    };
}
