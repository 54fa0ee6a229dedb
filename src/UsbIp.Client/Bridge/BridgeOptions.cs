using UsbIp.Protocol;

namespace UsbIp.Client.Bridge;

/// <summary>What the user and the host allow a bridge. Without either it speaks plain USB/IP.</summary>
/// <param name="ReadAhead">False: every request goes to the host when the kernel makes it, and not before.</param>
/// <param name="Promised">What the host has promised at the import: to keep a storage device's order (<see cref="Extensions.BulkOnlyOrder"/>), to answer pings.</param>
public readonly record struct BridgeOptions(bool ReadAhead, Extensions Promised = Extensions.None)
{
    /// <summary>
    /// Asked when another client wants the device (<see cref="Extensions.GiveWay"/>): why this one keeps it, as a clause, or null if it may go. Without it,
    /// it may. Called on a thread of the pool.
    /// </summary>
    public Func<string?>? WhyKept { get; init; }

    /// <summary>
    /// Called before the plug is pulled, unless the kernel has: returns when no task of this machine works with the device under its lock. Called on a thread
    /// of its own, which the bridge leaves behind if it takes too long. What it throws counts as a device that is gone.
    /// </summary>
    public Action? AwaitUnlocked { get; init; }
}
