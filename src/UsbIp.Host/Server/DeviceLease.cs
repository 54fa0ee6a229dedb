using UsbIp.Devices;
using UsbIp.Host.Session;
using UsbIp.Protocol;

namespace UsbIp.Host.Server;

/// <summary>
/// The right to use one device, held by one session. Owns the open device; <see cref="Release"/> gives it back to its kernel driver and, last of all,
/// lets the next client in.
/// </summary>
public sealed class DeviceLease
{
    private readonly Lock _gate = new();
    private readonly DeviceRegistry _registry;
    private readonly ExportedDevice _export;
    private readonly TaskCompletionSource<HolderQuestion?> _question = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Action<Parting>? _stopSession;
    private Parting? _parting;

    internal DeviceLease(DeviceRegistry registry, ExportedDevice export, DeviceHolder holder)
    {
        (_registry, _export, Holder) = (registry, export, holder);
    }

    public DeviceHolder Holder { get; }

    /// <summary>The open device. Set before anyone but the registry sees the lease.</summary>
    public IUsbDevice Device { get; internal set; } = null!;

    /// <summary>Why the session ended, as a clause; null until it has. From then on the device is being given back.</summary>
    public string? EndReason { get; set; }

    /// <summary>Completes when others may have the device, or when it stays in an error state.</summary>
    public Task Returned => _returned.Task;

    /// <summary>Asks the holder whether it gives the device to another client; null if it cannot be asked. Not known before the holder has its grant.</summary>
    public Task<HolderQuestion?> Question => _question.Task;

    /// <summary>Says how the holder is asked; null if it cannot be. What was said first counts.</summary>
    public void AskedThrough(HolderQuestion? question) => _question.TrySetResult(question);

    /// <summary>Says how to end the session that uses the device; at once, if that was asked for meanwhile.</summary>
    public void UsedBy(Action<Parting> stopSession)
    {
        Parting? parting;
        lock (_gate)
        {
            _stopSession = stopSession;
            parting = _parting;
        }

        if (parting is { } asked)
        {
            stopSession(asked);
        }
    }

    /// <summary>Ends the session that uses the device. Returns at once.</summary>
    public void Stop(Parting parting)
    {
        Action<Parting>? stopSession;
        lock (_gate)
        {
            _parting ??= parting;
            stopSession = _stopSession;
        }

        stopSession?.Invoke(parting);
    }

    /// <summary>Resets the device, closes it and frees it for the next client. Blocks. Call once.</summary>
    /// <param name="drained">Completes when no transfer is out; until then the device stays open and claimed, in an error state.</param>
    /// <returns>True if the device was given back; false if transfers are still out.</returns>
    public bool Release(Task drained)
    {
        AskedThrough(null);
        try
        {
            return _registry.Release(_export, this, drained);
        }
        finally
        {
            _returned.SetResult();
        }
    }
}
