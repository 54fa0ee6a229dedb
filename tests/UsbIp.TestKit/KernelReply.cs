using UsbIp.Protocol;

namespace UsbIp.TestKit;

/// <summary>One reply as the kernel would take it.</summary>
/// <param name="Seqnum">Of the request that it answers.</param>
/// <param name="IsUnlink">RET_UNLINK, not RET_SUBMIT.</param>
/// <param name="Status">How the URB, or the unlink, ended.</param>
/// <param name="ActualLength">Bytes transferred.</param>
/// <param name="Data">What an IN request brought.</param>
/// <param name="Packets">What became of each isochronous packet.</param>
/// <param name="Header">The submit reply's whole header.</param>
public sealed record KernelReply(
    uint Seqnum, bool IsUnlink, UrbStatus Status, int ActualLength, byte[] Data, IsoPacket[] Packets, SubmitReply Header);
