using UsbIp.Protocol;

namespace UsbIp.Host.Session;

/// <summary>
/// How much one imported session may cost. A Linux client's programs cannot have more than 16 MiB in flight (usbfs_memory_mb),
/// so no honest client meets these limits.
/// </summary>
public sealed record SessionLimits
{
    /// <summary>URBs in flight, replies that wait to be sent included.</summary>
    public int MaxUrbs { get; init; } = 1024;

    /// <summary>Bytes of transfer buffers in flight.</summary>
    public long MaxBytes { get; init; } = 24L * 1024 * 1024;

    /// <summary>Of these, the bytes that are the session's own, whatever other sessions hold: enough for a disk or a camera to go on.</summary>
    public long OwnBytes { get; init; } = 4L * 1024 * 1024;

    /// <summary>Bytes of transfer buffers in flight over all sessions together, beyond what is each session's own.</summary>
    public long MaxBytesOfAllSessions { get; init; } = 64L * 1024 * 1024;

    /// <summary>Bytes of one transfer buffer; more is answered with -ENOMEM.</summary>
    public int MaxTransferLength { get; init; } = ProtocolLimits.MaxTransferLength;

    /// <summary>A transfer_buffer_length above this is no request but nonsense: the session ends instead of draining it.</summary>
    public int MaxDrainedLength { get; init; } = 256 * 1024 * 1024;

    /// <summary>
    /// Replies that wait to be sent: refusals cost the peer nothing to provoke, so a peer that never reads is cut off here. And unlinks that wait while the
    /// device hangs in a cancel.
    /// </summary>
    public int MaxQueuedReplies { get; init; } = 8192;

    /// <summary>How long a full socket may take no byte before its session ends.</summary>
    public TimeSpan SendStall { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a client may send no byte inside a message, whose memory is taken by then; between two it may be silent for ever.</summary>
    public TimeSpan ReceiveStall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an unlink waits for a URB that has not come yet, see <see cref="EarlyUnlinks"/>; the URB is what vhci_hcd sends next.</summary>
    public TimeSpan EarlyUnlink { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a device may take to give back cancelled transfers before a special request or the end of the session.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(5);
}
