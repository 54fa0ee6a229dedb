namespace UsbIp.Host.Server;

/// <summary>
/// Who holds the device at a busid, whichever export it was leased from: an export that ends while a client has the device, and begins again before that
/// client's session has given it back, finds it held still. And since when a device is there. <see cref="Lease"/> is guarded by the registry's gate.
/// </summary>
internal sealed class LeaseSlot
{
    private const long Unknown = long.MinValue;

    private DeviceLease? _failed;
    private long _pluggedAt = Unknown;

    public DeviceLease? Lease { get; set; }

    /// <summary>A session has ended without all of its transfers back, and neither are they now nor was the device plugged in anew.</summary>
    public bool IsFailed => Volatile.Read(ref _failed) is not null;

    public void Fail(DeviceLease lease) => Volatile.Write(ref _failed, lease);

    /// <summary>The device of that lease was closed after all.</summary>
    public void Recover(DeviceLease lease) => Interlocked.CompareExchange(ref _failed, null, lease);

    /// <summary>How long the device that is there has been plugged in; null if it was there before anybody watched.</summary>
    public TimeSpan? SincePlugged(TimeProvider time) => Volatile.Read(ref _pluggedAt) is not Unknown and var at ? time.GetElapsedTime(at) : null;

    /// <summary>A device was plugged in now.</summary>
    public void Plug(TimeProvider time) => Volatile.Write(ref _pluggedAt, time.GetTimestamp());

    public void ForgetFailure() => Volatile.Write(ref _failed, null);
}
