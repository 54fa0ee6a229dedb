using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Devices;

/// <summary>
/// One transfer: what to do, the bytes, and what became of it. Created by <see cref="IUsbDevice.CreateTransfer"/>, filled in, submitted, completed,
/// disposed: at each moment one owner, and the owner alone touches it. Disposing returns it to its pool; disposing while submitted is a bug.
/// </summary>
public sealed class UsbTransfer : IDisposable
{
    private readonly TransferPool _pool;
    private IsoPacketResult[] _isoPackets = [];
    private int _isoPacketCount;

    internal UsbTransfer(TransferPool pool, NativeBuffer buffer)
    {
        _pool = pool;
        Buffer = buffer;
    }

    /// <summary>The address with bit 7 set for IN; 0x00 or 0x80 for the control endpoint, by the direction of the data stage.</summary>
    public byte EndpointAddress { get; set; }

    public TransferType Type { get; set; }

    /// <summary>The setup packet of a control transfer.</summary>
    public SetupPacket Setup { get; set; }

    /// <summary>End an OUT transfer that fills its last packet with an empty one.</summary>
    public bool ZeroPacket { get; set; }

    /// <summary>Bytes to send, or room for the bytes to receive; without the setup packet.</summary>
    public int Length { get; private set; }

    /// <summary>The data: to be sent, or received.</summary>
    public Span<byte> Data => Buffer.Span(Length);

    /// <summary>The packets of an isochronous transfer.</summary>
    public Span<IsoPacketResult> IsoPackets => _isoPackets.AsSpan(0, _isoPacketCount);

    /// <summary>Result: how the transfer ended. For isochronous transfers the packets have their own.</summary>
    public UrbStatus Status { get; set; }

    /// <summary>Result: bytes transferred; for isochronous transfers the sum over the packets.</summary>
    public int ActualLength { get; set; }

    /// <summary>The memory under <see cref="Data"/>, for backends and vectored writes.</summary>
    public NativeBuffer Buffer { get; }

    /// <summary>What the submitter keeps with the transfer.</summary>
    public object? Tag { get; set; }

    /// <summary>What the backend keeps with the transfer, over its uses: its native counterpart. Disposed with the pool.</summary>
    public IDisposable? BackendState { get; set; }

    internal bool IsSubmitted { get; set; }

    /// <summary>Bytes of memory that stay with the transfer between its uses; a packet's result and its native twin have 12 each.</summary>
    internal int BytesHeld => Buffer.Capacity + (24 * _isoPackets.Length);

    /// <summary>Backends say so when they take a transfer, and when they give it back, so that misuse is found where it happens.</summary>
    public void MarkSubmitted(bool submitted) => IsSubmitted = submitted;

    public void Dispose() => _pool.Return(this);

    internal void Reset(int length, int isoPackets)
    {
        if (_isoPackets.Length < isoPackets)
        {
            _isoPackets = new IsoPacketResult[Math.Max(8, isoPackets)];
        }

        _isoPacketCount = isoPackets;
        IsoPackets.Clear();
        EndpointAddress = 0;
        Type = TransferType.Control;
        Setup = default;
        ZeroPacket = false;
        Length = length;
        Status = UrbStatus.Ok;
        ActualLength = 0;
        Tag = null;
    }
}
