using UsbIp.Devices;
using UsbIp.Protocol;
using UsbIp.Protocol.Descriptors;

namespace UsbIp.Host.Session;

/// <summary>Where a URB is between its CMD_SUBMIT and its reply.</summary>
public enum UrbPhase
{
    /// <summary>In the device queue, behind a special request; the device has not seen it.</summary>
    Waiting,

    /// <summary>With the device.</summary>
    Running,

    /// <summary>A special request that is being carried out: there is no transfer to cancel.</summary>
    Special,

    /// <summary>Unlinked while it waited or was carried out: answered already, to be thrown away by the device queue.</summary>
    Dropped,
}

/// <summary>
/// One URB of the client from its CMD_SUBMIT until its reply has left. Reused. The fields below the line are guarded by the gate of
/// <see cref="PendingUrbs"/>; the others are set once per use, before the URB is added.
/// </summary>
public sealed class PendingUrb
{
    private IsoPacket[] _isoPackets = [];

    public SubmitRequest Request { get; private set; }

    public TransferType Type { get; private set; }

    /// <summary>What the budget was charged with, in bytes.</summary>
    public int Cost { get; private set; }

    /// <summary>The transfer that does the work; owned by this URB until the reply has left.</summary>
    public UsbTransfer? Transfer { get; set; }

    /// <summary>The packets as the client laid them out; replies echo their offsets and lengths.</summary>
    public Span<IsoPacket> IsoPackets => _isoPackets.AsSpan(0, IsoPacketCount);

    public int IsoPacketCount { get; private set; }

    public SpecialRequest Special { get; set; }

    /// <summary>Reads of the same storage device wait for it; <see cref="BulkOnlyOrder"/>'s alone.</summary>
    public bool DelaysReads { get; set; }

    // ---- guarded by the gate of PendingUrbs

    public UrbPhase Phase { get; set; }

    /// <summary>The CMD_UNLINK that asked for this URB's end, or null.</summary>
    public uint? UnlinkSeqnum { get; set; }

    /// <summary>A cancel is under way: whoever completes the URB meanwhile leaves the rest to that cancel, so that it never touches a reused transfer.</summary>
    public bool IsBeingCancelled { get; set; }

    /// <summary>The transfer completed while it was being cancelled.</summary>
    public bool CompletedDuringCancel { get; set; }

    public void Prepare(in SubmitRequest request, TransferType type, int cost, int isoPackets)
    {
        Request = request;
        Type = type;
        Cost = cost;
        Transfer = null;
        Special = default;
        DelaysReads = false;
        Phase = UrbPhase.Waiting;
        UnlinkSeqnum = null;
        IsBeingCancelled = false;
        CompletedDuringCancel = false;
        IsoPacketCount = isoPackets;
        if (_isoPackets.Length < isoPackets)
        {
            _isoPackets = new IsoPacket[Math.Max(8, isoPackets)];
        }
    }
}
