using UsbIp.Devices.Virtual.Engine;
using UsbIp.Protocol;

namespace UsbIp.Devices.Virtual;

/// <summary>
/// The base of every device that exists in software alone. Give it a <see cref="DeviceDefinition"/>, override what it does beyond chapter 9 of
/// the USB specification, and add it to a <see cref="VirtualUsbBackend"/>; docs/virtual-devices.md builds one step by step. Standard
/// requests, halts, queues, pacing, cancelling and unplugging are the engine's work.
/// </summary>
/// <remarks>
/// Every override runs under the device's lock: one at a time, on whatever thread brought the request. None may wait for anything. An
/// exception that leaves an override stalls the endpoint it served and is kept in <see cref="Fault"/>.
/// </remarks>
public abstract class VirtualDevice : IDisposable
{
    /// <summary>What <see cref="OnOut"/> returns to take nothing, not even an empty packet.</summary>
    protected const int Nak = -1;

    private VirtualUsbDevice? _engine;

    protected VirtualDevice(DeviceDefinition definition) => Definition = definition;

    public DeviceDefinition Definition { get; }

    /// <summary>A host holds the device. It may end at any moment.</summary>
    public bool IsOpen => Volatile.Read(ref _engine) is not null;

    /// <summary>The last exception that the device's own code threw; null while it behaves.</summary>
    public Exception? Fault { get; internal set; }

    internal VirtualUsbDevice? Engine
    {
        get => Volatile.Read(ref _engine);
        set => Volatile.Write(ref _engine, value);
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// A request on the control endpoint that the engine does not answer itself: of a class, of a vendor, or for a descriptor of a class.
    /// For an IN request <paramref name="data"/> is the room that the host has, zeroed; for an OUT request it is what the host sent.
    /// </summary>
    protected internal virtual ControlReply OnControl(SetupPacket setup, Span<byte> data) => ControlReply.Stall;

    /// <summary>Data for an OUT endpoint, up to one transfer at once; for isochronous endpoints one packet.</summary>
    /// <param name="endpoint">Where it arrived.</param>
    /// <param name="data">The bytes; empty for an empty packet.</param>
    /// <param name="endOfMessage">The transfer ends with a short or an empty packet, which is how USB marks the end of a message.</param>
    /// <returns>
    /// How many bytes were taken. The rest, or with <see cref="Nak"/> all of it, comes again after <see cref="VirtualEndpoint.Wake"/>; until
    /// then the host waits. To refuse it, stall the endpoint.
    /// </returns>
    protected internal virtual int OnOut(VirtualEndpoint endpoint, ReadOnlySpan<byte> data, bool endOfMessage) => data.Length;

    /// <summary>
    /// A host waits for data of an IN endpoint whose queue (<see cref="VirtualEndpoint.TrySend"/>) is empty. Each byte counted in the reply must
    /// have been written: the buffer holds old data. Asked again after <see cref="VirtualEndpoint.Wake"/>, and with each new transfer.
    /// </summary>
    protected internal virtual InReply OnIn(VirtualEndpoint endpoint, Span<byte> buffer) => InReply.Nothing;

    /// <summary>The device was plugged in or reset: whatever belongs to the conversation with one host is forgotten.</summary>
    protected internal virtual void OnReset()
    {
    }

    /// <summary>The host chose a configuration; 0: none. All endpoints are fresh: nothing queued, nothing halted.</summary>
    protected internal virtual void OnConfigured(byte value)
    {
    }

    /// <summary>The host chose an alternate setting. Its endpoints are fresh.</summary>
    protected internal virtual void OnInterface(byte number, byte alternateSetting)
    {
    }

    /// <summary>Lets go of files and the like; nobody has the device open any more.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>The endpoint of that address in the settings of the moment. Only from within an override or <see cref="TryRun"/>.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    protected VirtualEndpoint Endpoint(byte address) =>
        Engine?.Endpoints.Find(address)
        ?? throw new InvalidOperationException($"{Definition.Product} has no endpoint 0x{address:x2} in its current configuration.");

    /// <summary>
    /// Runs an action as the overrides run, from any other thread: to send what the device has to say by itself. False, and nothing was run,
    /// if no host holds the device.
    /// </summary>
    protected bool TryRun(Action action)
    {
        if (Engine is not { } engine)
        {
            return false;
        }

        engine.Enter();
        try
        {
            action();
            return true;
        }
        finally
        {
            engine.Exit();
        }
    }
}
