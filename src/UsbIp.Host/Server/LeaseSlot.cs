namespace UsbIp.Host.Server;

/// <summary>
/// Who holds the device at a busid, whichever export it was leased from: an export that ends while a client has the device, and begins again before that
/// client's session has given it back, finds it held still. <see cref="Lease"/> is guarded by the registry's gate.
/// </summary>
internal sealed class LeaseSlot
{
    private DeviceLease? _failed;

    public DeviceLease? Lease { get; set; }

    /// <summary>A session has ended without all of its transfers back, and neither are they now nor was the device plugged in anew.</summary>
    public bool IsFailed => Volatile.Read(ref _failed) is not null;

    public void Fail(DeviceLease lease) => Volatile.Write(ref _failed, lease);

    /// <summary>The device of that lease was closed after all.</summary>
    public void Recover(DeviceLease lease) => Interlocked.CompareExchange(ref _failed, null, lease);

    public void ForgetFailure() => Volatile.Write(ref _failed, null);
}
