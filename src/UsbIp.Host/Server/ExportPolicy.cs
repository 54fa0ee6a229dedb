namespace UsbIp.Host.Server;

/// <summary>How a device is shared among clients.</summary>
/// <param name="IdleRelease">A session that moves nothing for so long is ended; null for never.</param>
/// <param name="MayBeTakenOver">Whether a client that asks for it gets the device from the one that holds it.</param>
public sealed record ExportPolicy(TimeSpan? IdleRelease = null, bool MayBeTakenOver = false);
