using UsbIp.Devices.Virtual.Engine;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices.Virtual;

/// <summary>
/// One endpoint of a virtual device, as the device's own code sees it. Everything here is called from within an override of
/// <see cref="VirtualDevice"/> or its TryRun.
/// </summary>
public sealed class VirtualEndpoint
{
    private readonly Pipe _pipe;

    internal VirtualEndpoint(Pipe pipe, EndpointDescriptor descriptor)
    {
        _pipe = pipe;
        Descriptor = descriptor;
    }

    public EndpointDescriptor Descriptor { get; }

    public byte Address => Descriptor.Address;

    public TransferType Type => Descriptor.Type;

    /// <summary>Bytes of one packet.</summary>
    public int PacketSize => Descriptor.PacketSize;

    /// <summary>The endpoint stalls every transfer until the host clears it.</summary>
    public bool IsHalted => _pipe.IsHalted;

    /// <summary>Transfers that the host has waiting.</summary>
    public int WaitingTransfers => _pipe.Waiting;

    /// <summary>Messages sent and not fetched yet.</summary>
    public int QueuedMessages => _pipe.Messages.Count;

    /// <summary>The most that may lie in the queue of <see cref="TrySend"/>, in bytes (each message counts four more); 1 MiB if not set.</summary>
    public int QueueLimit
    {
        get => _pipe.Messages.Limit;
        set => _pipe.Messages.Limit = value;
    }

    /// <summary>
    /// Queues a message for the host, to be fetched whenever it asks; the message ends a transfer, as a short packet does. False: the queue
    /// is at its limit, and nothing was queued.
    /// </summary>
    public bool TrySend(ReadOnlySpan<byte> message)
    {
        if (!_pipe.Messages.TryAdd(message))
        {
            return false;
        }

        _pipe.Wake();
        return true;
    }

    /// <summary>The device can go on: OnIn or OnOut is called again for a transfer that waits.</summary>
    public void Wake() => _pipe.Wake();

    /// <summary>Halts the endpoint: the host sees -EPIPE for every transfer until it clears the halt.</summary>
    public void Stall() => _pipe.Halt(wedge: false);

    /// <summary>Halts the endpoint so that the host's CLEAR_FEATURE does not help; until <see cref="Unwedge"/>, a new setting or a reset.</summary>
    public void Wedge() => _pipe.Halt(wedge: true);

    /// <summary>From now on the host can clear the halt again.</summary>
    public void Unwedge() => _pipe.Unwedge();
}
